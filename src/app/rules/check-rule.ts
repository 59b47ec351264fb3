import {LOG_RETENTION_MS} from '../../adapters/embedded/event-log.js'
import {readYamlFolder} from '../../adapters/files/read-yaml-folder.js'
import type {RuleFindings} from '../../adapters/http/rule-check-route.js'
import {adviceOn} from '../../core/bundle/advice/advice.js'
import {compileBundle} from '../../core/bundle/compile-bundle.js'
import {streamsWith} from '../../core/event/stream.js'
import {RULE_SCHEMA} from '../../core/rule/rule-file.js'
import {byPlace, isError, type SourceFile} from '../../core/source/source-fault.js'
import {toBundleSettings} from '../config/bundle-settings.js'
import type {Config} from '../config/config.js'

/** Under which the text is compiled, beside the files of the folders. */
const PATH = '\u0000rule'

/** What was sent is another kind of file. */
const NO_RULE = {
  line: 1,
  column: 1,
  severity: 'error',
  message: 'the text is no rule',
  remedy: `begin it with schema: ${RULE_SCHEMA}`,
} as const

/** What is wrong or doubtful in the text of a rule, held against the lists and feature views of the folders. */
export async function checkRule(text: string, config: Config): Promise<RuleFindings> {
  const folders = await Promise.all(
    [config.rules.dir, config.features.dir].map((folder) => readYamlFolder(folder)),
  )
  const streams = streamsWith(config.streams)
  // Other rules cost time, and say nothing about this one.
  const files = [...folders.flat().filter((file) => !isRule(file)), {path: PATH, text}]
  const compiled = compileBundle({files, streams, settings: toBundleSettings(config)})
  const advice = adviceOn(compiled, {
    streams,
    historyCap: config.rules.historyCap,
    logRetention: LOG_RETENTION_MS,
  })
  const faults = [...compiled.faults, ...advice].filter(({file}) => file === PATH).sort(byPlace)
  const source = compiled.sources.find(({path}) => path === PATH)
  const named = source === undefined && faults.length === 0 ? [NO_RULE] : faults
  return {
    valid: source !== undefined && !faults.some(isError),
    rule: source === undefined ? null : {id: source.id, version: source.version},
    faults: named.map(({line, column, severity, message, remedy}) => ({
      line,
      column,
      severity,
      message,
      remedy,
    })),
  }
}

/** A file names its schema at its top level. One that hides it is compiled with the rest. */
function isRule({text}: SourceFile): boolean {
  return text.split('\n').some((line) => line.startsWith('schema:') && line.includes(RULE_SCHEMA))
}
