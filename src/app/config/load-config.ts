import type {z} from 'zod'
import {type Config, type ResolvedSetting, toConfig} from './config.js'
import {ConfigError} from './config-error.js'
import {readEnvironment} from './environment.js'
import type {GivenSetting} from './given-setting.js'
import {isSettingName, SETTING_NAMES, type SettingName, type SettingValues, settingNamed} from './settings.js'
import {readSettingsFile} from './settings-file.js'
import {formatSize} from './size.js'

export interface ConfigSources {
  /** Path of the file; without it, `tripline.yaml` of the folder, if there is one. */
  readonly file?: string | undefined
  /** The working directory unless said otherwise. */
  readonly folder?: string | undefined
  readonly env: NodeJS.ProcessEnv
  /** By setting: what the command line says, as text or as a file would hold it. */
  readonly overrides?: {readonly [Name in SettingName]?: unknown} | undefined
}

/**
 * Defaults, then the file, then the environment, then the command line; each wins over those before.
 * Throws ConfigError.
 */
export function loadConfig({file, folder = '.', env, overrides = {}}: ConfigSources): Config {
  const sources = [readSettingsFile(file, folder), readEnvironment(env)]
  const given = [...defaults(), ...sources.flatMap((source) => source.given), ...fromCommandLine(overrides)]
  const problems = sources.flatMap((source) => source.problems)
  const values: {[name: string]: unknown} = {}
  const settings = new Map<SettingName, ResolvedSetting>()
  for (const candidate of given) {
    const {name, input, origin} = candidate
    const setting = settingNamed(name)
    const parsed = setting.schema.safeParse(input)
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map((issue) => misfit(candidate, issue)))
      continue
    }
    values[name] = parsed.data
    settings.set(name, {written: setting.write(parsed.data), origin})
  }
  if (problems.length > 0) throw new ConfigError(problems)
  // Every setting has a default, so that all values are there.
  const config = toConfig(values as SettingValues, settings)
  const contradictions = contradictionsIn(config)
  if (contradictions.length > 0) throw new ConfigError(contradictions)
  return config
}

function defaults(): readonly GivenSetting[] {
  return SETTING_NAMES.map((name) => given(name, settingNamed(name).initial, 'default'))
}

function fromCommandLine(overrides: NonNullable<ConfigSources['overrides']>): readonly GivenSetting[] {
  return Object.entries(overrides).flatMap(([name, value]) => {
    if (!isSettingName(name)) throw new TypeError(`${name} is no setting`)
    if (value === undefined) return []
    const input = typeof value === 'string' ? settingNamed(name).fromText(value) : value
    return [given(name, input, 'command line')]
  })
}

function given(name: SettingName, input: unknown, origin: string): GivenSetting {
  return {name, input, origin, problem: (message, remedy) => `${origin}: ${message}; ${remedy}`}
}

/** What is wrong with a value; of a list or mapping, where in it and in the schema's own words. */
function misfit({name, input, problem}: GivenSetting, issue: z.core.$ZodIssue): string {
  const remedy = `allowed is ${settingNamed(name).allowed}`
  if (typeof input !== 'object' || input === null) {
    const value = settingNamed(name).isHidden === true ? 'not usable' : show(input)
    return problem(`${name} is ${value}`, remedy)
  }
  const place = [name, ...issue.path.map(String)].join('.')
  return problem(`${place}: ${issue.message}`, remedy)
}

const SHOWN_CHARACTERS = 80

function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}

function contradictionsIn(config: Config): readonly string[] {
  const {eventLimit, http} = config
  if (eventLimit <= http.bodyLimit) return []
  const sizes = `event_limit is ${formatSize(eventLimit)}, http.body_limit ${formatSize(http.bodyLimit)}`
  return [
    `${sizes}: the longest event would not fit into a request; raise http.body_limit or lower event_limit`,
  ]
}
