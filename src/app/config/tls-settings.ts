import {readFileSync} from 'node:fs'
import {z} from 'zod'
import {ConfigError} from './config-error.js'

/** Whether a connection is encrypted, and with which files in PEM, where those that the system trusts do not do. */
export const tlsSchema = z.union([
  z.boolean(),
  z.strictObject({
    ca: z.string().min(1).optional(),
    cert: z.string().min(1).optional(),
    key: z.string().min(1).optional(),
  }),
])

export type TlsSettings = z.output<typeof tlsSchema>

/** Completes "allowed is …". */
export const TLS_ALLOWED =
  'true, false, or a mapping of files such as {ca: ca.pem, cert: client.pem, key: client-key.pem}'

/** In PEM. What is undefined: the authorities that the system trusts; no certificate of our own. */
export interface TlsFiles {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

/** The files' contents; undefined where nothing is encrypted. `name`: of the setting. Throws ConfigError. */
export function readTlsFiles(name: string, settings: TlsSettings): TlsFiles | undefined {
  if (settings === false) return undefined
  const files = settings === true ? {} : settings
  const read = (part: 'ca' | 'cert' | 'key') => {
    const file = files[part]
    if (file === undefined) return undefined
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException
      throw new ConfigError([
        `${name}.${part}: ${file} cannot be read (${code}); name a file that this user can read`,
      ])
    }
  }
  return {ca: read('ca'), cert: read('cert'), key: read('key')}
}
