import {LOG_RETENTION_MS} from '../../adapters/embedded/event-log.js'
import {readYamlFolder} from '../../adapters/files/read-yaml-folder.js'
import {adviceOn} from '../../core/bundle/advice/advice.js'
import type {RuleSource} from '../../core/bundle/bundle.js'
import {compileBundle} from '../../core/bundle/compile-bundle.js'
import {versionFaults} from '../../core/bundle/version-faults.js'
import {streamsWith} from '../../core/event/stream.js'
import {byPlace, isError, type SourceFault} from '../../core/source/source-fault.js'
import {compileFolders} from '../bundle/load-bundle.js'
import {toBundleSettings} from '../config/bundle-settings.js'
import type {Config} from '../config/config.js'

export interface LintFindings {
  /** How many rules there are; null if there are errors. */
  readonly rules: number | null
  /** All errors and warnings, by file and place. */
  readonly faults: readonly SourceFault[]
  /** Files of the older folder that could not be read, so that their rules are compared with nothing. */
  readonly notCompared: readonly string[]
}

/** Everything that is wrong or doubtful in the rules of a configuration, also compared with an older folder of them. */
export async function lintRules(config: Config, since?: string): Promise<LintFindings> {
  const compiled = await compileFolders(config)
  const older = since === undefined ? undefined : await olderRules(since, config)
  const advice = adviceOn(compiled, {
    streams: streamsWith(config.streams),
    historyCap: config.rules.historyCap,
    logRetention: LOG_RETENTION_MS,
  })
  const versions = versionFaults(older?.sources ?? [], compiled.sources)
  const faults = [...compiled.faults, ...advice, ...versions].sort(byPlace)
  const {bundle} = compiled
  const isUsable = bundle !== undefined && versions.length === 0
  return {rules: isUsable ? bundle.sources.length : null, faults, notCompared: older?.faulty ?? []}
}

async function olderRules(
  folder: string,
  config: Config,
): Promise<{readonly sources: readonly RuleSource[]; readonly faulty: readonly string[]}> {
  const {sources, faults} = compileBundle({
    files: await readYamlFolder(folder),
    streams: streamsWith(config.streams),
    settings: toBundleSettings(config),
  })
  const readable = new Set(sources.map(({path}) => path))
  const faulty = faults.filter((fault) => isError(fault) && !readable.has(fault.file)).map(({file}) => file)
  return {sources, faulty: [...new Set(faulty)]}
}
