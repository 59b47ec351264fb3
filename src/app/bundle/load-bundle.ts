import {readYamlFolder} from '../../adapters/files/read-yaml-folder.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {type CompiledBundle, compileBundle} from '../../core/bundle/compile-bundle.js'
import {streamsWith} from '../../core/event/stream.js'
import {formatFault, isError, type SourceFault} from '../../core/source/source-fault.js'
import {toBundleSettings} from '../config/bundle-settings.js'
import type {Config} from '../config/config.js'

/** The files of a bundle have errors: all of them, by file and place. */
export class BundleError extends Error {
  constructor(readonly faults: readonly SourceFault[]) {
    super(faults.map(formatFault).join('\n'))
    this.name = 'BundleError'
  }
}

/** Reads and compiles the rules and features folders of a configuration. */
export async function compileFolders(config: Config): Promise<CompiledBundle> {
  const [rules, features] = await Promise.all([
    readFolder(config.rules.dir, 'rules.dir'),
    readFolder(config.features.dir, 'features.dir'),
  ])
  const streams = streamsWith(config.streams)
  return compileBundle({files: [...rules, ...features], streams, settings: toBundleSettings(config)})
}

/** The bundle of a configuration. Throws a BundleError with every fault if there is an error. */
export async function loadBundle(config: Config): Promise<Bundle> {
  const {bundle, faults} = await compileFolders(config)
  if (bundle === undefined) throw new BundleError(faults.filter(isError))
  return bundle
}

async function readFolder(folder: string, setting: string) {
  try {
    return await readYamlFolder(folder)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const message = code === 'ENOENT' ? 'there is no such folder' : `it cannot be read (${code})`
    const remedy = `run tripline in the project's root, or set ${setting}`
    throw new BundleError([{file: folder, line: 1, column: 1, message, remedy, severity: 'error'}])
  }
}
