import {z} from 'zod'
import type {TlsSettings} from './tls-settings.js'

const broker = z.string().regex(/^[A-Za-z0-9._-]{1,253}:\d{1,5}$|^\[[0-9A-Fa-f:]+\]:\d{1,5}$/, 'no host:port')

/** A list, or text with commas as it stands in a variable. */
export const kafkaBrokersSchema = z
  .union([z.string().transform((text) => text.split(',').map((part) => part.trim())), z.array(z.string())])
  .pipe(z.array(broker).min(1))

/** Without the password, which is a secret. */
export const kafkaSaslSchema = z
  .strictObject({
    mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
    username: z.string().min(1),
  })
  .nullable()

export interface KafkaSettings {
  readonly brokers: z.infer<typeof kafkaBrokersSchema>
  readonly tls: TlsSettings
  readonly sasl: z.infer<typeof kafkaSaslSchema>
}
