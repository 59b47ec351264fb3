import {join, relative} from 'node:path'
import {readYamlFolder} from '../../adapters/files/read-yaml-folder.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {BundleContent} from '../../core/bundle/bundle-content.js'
import {type CompiledBundle, compileBundle} from '../../core/bundle/compile-bundle.js'
import {streamsWith} from '../../core/event/stream.js'
import {formatFault, isError, type SourceFault, type SourceFile} from '../../core/source/source-fault.js'
import {toBundleSettings} from '../config/bundle-settings.js'
import type {Config} from '../config/config.js'

/** The files of a bundle have errors: all of them, by file and place. */
export class BundleError extends Error {
  constructor(readonly faults: readonly SourceFault[]) {
    super(faults.map(formatFault).join('\n'))
    this.name = 'BundleError'
  }
}

/** A bundle and what it was compiled from. */
export interface LoadedBundle {
  readonly bundle: Bundle
  readonly content: BundleContent
}

/** Reads and compiles the rules and features folders of a configuration. */
export async function compileFolders(config: Config): Promise<CompiledBundle> {
  const {rules, features} = await readFolders(config)
  return compileFiles([...rules, ...features], config)
}

/** The bundle of a configuration. Throws a BundleError with every fault if there is an error. */
export async function loadBundle(config: Config): Promise<Bundle> {
  return (await loadFolders(config)).bundle
}

/** The same with its content, under paths that say nothing of where the folders are. */
export async function loadFolders(config: Config): Promise<LoadedBundle> {
  const {rules, features} = await readFolders(config)
  const {bundle, faults} = compileFiles([...rules, ...features], config)
  if (bundle === undefined) throw new BundleError(faults.filter(isError))
  const files = [
    ...rules.map(({path, text}) => ({path: join('rules', relative(config.rules.dir, path)), text})),
    ...features.map(({path, text}) => ({path: join('features', relative(config.features.dir, path)), text})),
  ]
  return {bundle, content: {files, settings: bundle.settings, streams: config.streams}}
}

function compileFiles(files: readonly SourceFile[], config: Config): CompiledBundle {
  return compileBundle({files, streams: streamsWith(config.streams), settings: toBundleSettings(config)})
}

async function readFolders({
  rules,
  features,
}: Config): Promise<{readonly rules: readonly SourceFile[]; readonly features: readonly SourceFile[]}> {
  const [ruleFiles, featureFiles] = await Promise.all([
    readFolder(rules.dir, 'rules.dir'),
    readFolder(features.dir, 'features.dir'),
  ])
  return {rules: ruleFiles, features: featureFiles}
}

async function readFolder(folder: string, setting: string): Promise<readonly SourceFile[]> {
  try {
    return await readYamlFolder(folder)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const message = code === 'ENOENT' ? 'there is no such folder' : `it cannot be read (${code})`
    const remedy = `run tripline in the project's root, or set ${setting}`
    throw new BundleError([{file: folder, line: 1, column: 1, message, remedy, severity: 'error'}])
  }
}
