import {closest} from '../../core/expression/suggest.js'
import type {GivenSetting, SourceReading} from './given-setting.js'
import {isSecretVariable} from './secret.js'
import {SETTING_NAMES, type SettingName, settingNamed} from './settings.js'

const PREFIX = 'TRIPLINE_'
/** Of the test suites, not of the program. */
const TEST_PREFIX = 'TRIPLINE_TEST_'

/** Of commands that speak to a running service: the API key that they send. A secret, so that it is no setting. */
const API_KEY = 'TRIPLINE_API_KEY'

const NAME_BY_VARIABLE: ReadonlyMap<string, SettingName> = new Map(
  SETTING_NAMES.map((name) => [variableOf(name), name]),
)

/** The environment of this process. Nothing else reads it. */
export function processEnvironment(): NodeJS.ProcessEnv {
  return process.env
}

/** The header with which a command shows its key to a running service; none if there is no key. */
export function bearerOf(env: NodeJS.ProcessEnv): {readonly authorization?: string} {
  const key = env[API_KEY]
  return key === undefined ? {} : {authorization: `Bearer ${key}`}
}

/** `http.port` is `TRIPLINE_HTTP_PORT`. */
export function variableOf(name: SettingName): string {
  return PREFIX + name.toUpperCase().replaceAll('.', '_')
}

/** Reads the settings of the environment. The value of a variable that is no setting is not shown. */
export function readEnvironment(env: NodeJS.ProcessEnv): SourceReading {
  const given: GivenSetting[] = []
  const problems: string[] = []
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || value === undefined) continue
    if (variable === API_KEY || isSecretVariable(variable)) continue
    if (variable.startsWith(TEST_PREFIX) || isServiceLink(variable, value)) continue
    const name = NAME_BY_VARIABLE.get(variable)
    if (name !== undefined) {
      const problem = (message: string, remedy: string) => `${variable}: ${message}; ${remedy}`
      given.push({name, input: settingNamed(name).fromText(value), origin: variable, problem})
    } else {
      problems.push(unknownVariable(variable))
    }
  }
  return {given, problems}
}

function unknownVariable(variable: string): string {
  const meant = closest(variable, NAME_BY_VARIABLE.keys())
  const remedy = meant === undefined ? 'unset it; --print-config shows all' : `did you mean ${meant}?`
  return `${variable}: there is no such variable; ${remedy}`
}

/**
 * Kubernetes describes a service named `tripline` to every pod of its namespace in such variables:
 * TRIPLINE_SERVICE_HOST, TRIPLINE_PORT=tcp://…, TRIPLINE_PORT_8080_TCP_ADDR. Not meant for the program.
 */
function isServiceLink(variable: string, value: string): boolean {
  if (/_SERVICE_(HOST|PORT(_\w+)?)$/.test(variable)) return true
  if (/_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(variable)) return true
  return variable.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value)
}
