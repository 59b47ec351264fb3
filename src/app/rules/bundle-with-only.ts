import {readFile} from 'node:fs/promises'
import {readYamlFolder} from '../../adapters/files/read-yaml-folder.js'
import type {Bundle, RuleSource} from '../../core/bundle/bundle.js'
import {compileBundle} from '../../core/bundle/compile-bundle.js'
import type {Config} from '../config/config.js'

/** The rule with all lists, the policy and the rates; live whatever its mode, and accepting any disorder. */
export async function bundleWithOnly(source: RuleSource, bundle: Bundle, config: Config): Promise<Bundle> {
  const files = [...(await readYamlFolder(config.rules.dir)), ...(await readYamlFolder(config.features.dir))]
  const others = new Set(bundle.sources.map(({path}) => path).filter((path) => path !== source.path))
  const text = (await readFile(source.path, 'utf8')).replace(/^mode:.*$/m, 'mode: live')
  const compiled = compileBundle({
    files: [
      ...files.filter(({path}) => path !== source.path && !others.has(path)),
      {path: source.path, text},
    ],
    streams: bundle.streams,
    settings: {
      ...bundle.settings,
      time: {...bundle.settings.time, allowedLateness: Number.MAX_SAFE_INTEGER / 2},
    },
  })
  if (compiled.bundle === undefined)
    throw new Error(`${source.path} no longer compiles; run tripline rules lint`)
  return compiled.bundle
}
