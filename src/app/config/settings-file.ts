import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {z} from 'zod'
import {closest} from '../../core/expression/suggest.js'
import {formatFault} from '../../core/source/source-fault.js'
import {type CheckedDocument, readYaml} from '../../core/source/yaml-document.js'
import type {GivenSetting, SourceReading} from './given-setting.js'
import {isSettingName, SETTING_NAMES} from './settings.js'

const DEFAULT_FILE = 'tripline.yaml'

/** Reads the settings of a file. Without a name the default file of the folder is read, if there is one. */
export function readSettingsFile(named: string | undefined, folder: string): SourceReading {
  const file = named ?? join(folder, DEFAULT_FILE)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && named === undefined) return {given: [], problems: []}
    const what = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`
    return {given: [], problems: [`${file}: ${what}; name an existing file with --config, or leave it out`]}
  }
  return parseSettings(file, text)
}

/** Reads the settings that a text in YAML holds. */
export function parseSettings(file: string, text: string): SourceReading {
  const raw = readYaml({path: file, text})
  const {faultAt} = raw.check(z.unknown())
  if (raw.faults.length > 0) return {given: [], problems: raw.faults.map(formatFault)}
  if (raw.data === null || raw.data === undefined) return {given: [], problems: []}
  if (!isMapping(raw.data)) {
    const fault = faultAt([], 'the file is no mapping', 'write settings such as http: {port: 8080}')
    return {given: [], problems: [formatFault(fault)]}
  }
  const given: GivenSetting[] = []
  const problems: string[] = []
  collect(raw.data, [], {file, faultAt, given, problems})
  return {given, problems}
}

interface Collection {
  readonly file: string
  readonly faultAt: CheckedDocument<unknown>['faultAt']
  readonly given: GivenSetting[]
  readonly problems: string[]
}

function collect(mapping: object, section: readonly string[], collection: Collection): void {
  const {file, faultAt, given, problems} = collection
  for (const [key, value] of Object.entries(mapping)) {
    const place = [...section, key]
    const name = place.join('.')
    const problem = (message: string, remedy: string) => formatFault(faultAt(place, message, remedy))
    if (key.includes('.')) {
      problems.push(
        problem(
          `${JSON.stringify(key)} has a dot`,
          'write a mapping inside a mapping, such as http: {port: 8080}',
        ),
      )
    } else if (isSettingName(name)) {
      given.push({name, input: value, origin: file, problem})
    } else if (isMapping(value) && isSection(name)) {
      collect(value, place, collection)
    } else if (isSection(name)) {
      // A section whose settings are all commented out is null.
      if (value !== null)
        problems.push(problem(`${name} is no mapping`, `write some of ${namesIn(name).join(', ')} below it`))
    } else {
      problems.push(problem(`${name} is no setting`, suggestion(key, section)))
    }
  }
}

function suggestion(key: string, section: readonly string[]): string {
  const prefix = section.length === 0 ? '' : `${section.join('.')}.`
  const siblings = namesIn(section.join('.')).map((name) => name.slice(prefix.length))
  const known = [...new Set(siblings.map((name) => name.split('.', 1)[0] as string))]
  const meant = closest(key, known)
  if (meant !== undefined) return `did you mean ${prefix}${meant}?`
  const elsewhere = SETTING_NAMES.find((name) => name.endsWith(`.${key}`))
  if (elsewhere !== undefined) return `did you mean ${elsewhere}?`
  return `known here are ${known.join(', ')}`
}

function isSection(name: string): boolean {
  return namesIn(name).length > 0
}

function namesIn(section: string): readonly string[] {
  return section === '' ? SETTING_NAMES : SETTING_NAMES.filter((name) => name.startsWith(`${section}.`))
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
