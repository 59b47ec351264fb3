import {readFileSync} from 'node:fs'
import {ConfigError} from './config-error.js'

/** Secrets are no settings: they come from a variable, or from the file that the variable with `_FILE` names. */
const SECRETS = ['TRIPLINE_KAFKA_PASSWORD', 'TRIPLINE_REDIS_PASSWORD'] as const

export type SecretName = (typeof SECRETS)[number]

const VARIABLES: ReadonlySet<string> = new Set(SECRETS.flatMap((name) => [name, `${name}_FILE`]))

/** Whether a variable of the environment gives a secret. */
export function isSecretVariable(variable: string): boolean {
  return VARIABLES.has(variable)
}

/** The secret, without the line break at a file's end; undefined if there is none. Throws ConfigError, which never shows it. */
export function secretOf(name: SecretName, env: NodeJS.ProcessEnv): string | undefined {
  const [value, file] = [env[name], env[`${name}_FILE`]]
  if (value !== undefined && file !== undefined)
    throw new ConfigError([`${name} and ${name}_FILE are both set; unset one of them`])
  if (file === undefined) return value
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    throw new ConfigError([
      `${name}_FILE: ${file} cannot be read (${code}); name a file that this user can read`,
    ])
  }
}
