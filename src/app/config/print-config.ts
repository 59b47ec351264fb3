import {stringify} from 'yaml'
import type {Config, ResolvedSetting} from './config.js'
import {variableOf} from './environment.js'
import {SETTING_NAMES, settingNamed} from './settings.js'

const HEADER = [
  '# Every setting: what it does, what is allowed, its environment variable, and where its value comes from.',
  '# The command line wins over the environment, the environment over the file, the file over the default.',
]

/** The configuration as a file that gives the same configuration, with the documentation of each setting. */
export function printConfig(config: Config): string {
  const lines = [...HEADER]
  let open: readonly string[] = []
  for (const name of SETTING_NAMES) {
    const sections = name.split('.')
    const key = sections.pop()
    lines.push('', ...headings(sections, open))
    open = sections
    const indent = '  '.repeat(sections.length)
    const {doc, allowed} = settingNamed(name)
    const {written, origin} = config.settings.get(name) as ResolvedSetting
    lines.push(
      `${indent}# ${doc}`,
      `${indent}# ${variableOf(name)}: ${allowed}`,
      `${indent}${key}: ${inline(written)} # ${origin.replace(/\s/g, ' ')}`,
    )
  }
  return `${lines.join('\n')}\n`
}

/** Of the sections that begin here: those before the first that differs are open. */
function headings(sections: readonly string[], open: readonly string[]): readonly string[] {
  const first = sections.findIndex((section, depth) => section !== open[depth])
  if (first === -1) return []
  return sections.slice(first).map((section, i) => `${'  '.repeat(first + i)}${section}:`)
}

/** On one line: text as YAML writes it, lists and mappings as JSON, which YAML reads as well. */
function inline(written: unknown): string {
  if (typeof written === 'object') return JSON.stringify(written)
  return stringify(written, {lineWidth: 0, blockQuote: false}).trimEnd()
}
