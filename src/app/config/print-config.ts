import {stringify} from 'yaml'
import type {Config, ResolvedSetting} from './config.js'
import {variableOf} from './environment.js'
import {SETTING_NAMES, type SettingName, settingNamed} from './settings.js'

const HEADER = [
  '# Every setting: what it does, what is allowed, its environment variable, and where its value comes from.',
  '# The command line wins over the environment, the environment over the file, the file over the default.',
]

/** The configuration as a file that gives the same configuration, with the documentation of each setting. */
export function printConfig(config: Config): string {
  const lines = [...HEADER]
  let open: string | undefined
  for (const name of SETTING_NAMES) {
    const [section, key] = splitName(name)
    lines.push('')
    if (section !== open && section !== undefined) lines.push(`${section}:`)
    open = section
    const indent = section === undefined ? '' : '  '
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

function splitName(name: SettingName): [section: string | undefined, key: string] {
  const dot = name.indexOf('.')
  return dot === -1 ? [undefined, name] : [name.slice(0, dot), name.slice(dot + 1)]
}

/** On one line: text as YAML writes it, lists and mappings as JSON, which YAML reads as well. */
function inline(written: unknown): string {
  if (typeof written === 'object') return JSON.stringify(written)
  return stringify(written, {lineWidth: 0, blockQuote: false}).trimEnd()
}
