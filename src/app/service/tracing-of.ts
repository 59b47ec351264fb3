import type {Tracing} from '../../adapters/telemetry/tracing.js'
import {packageVersion} from '../cli/package-version.js'
import type {Config} from '../config/config.js'

/** Begins to trace, if the configuration says where to. Nothing of it is loaded otherwise. */
export async function tracingOf({telemetry, namespace}: Config): Promise<Tracing | undefined> {
  const {exporter, endpoint, sample} = telemetry
  if (exporter === 'none') return undefined
  const {Tracing} = await import('../../adapters/telemetry/tracing.js')
  return Tracing.start({exporter, endpoint, sample, namespace, version: packageVersion()})
}
