import {TopicMismatchError} from './create-topics.js'
import type {KafkaConnection} from './kafka-connection.js'

/** Kafka cannot be used as it is: what is wrong, and what to do. */
export class KafkaUnavailableError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'KafkaUnavailableError'
  }
}

/** What a failure of the client library means for people; other errors are given back as they are. */
export function explainKafkaFailure(error: unknown, {brokers, sasl, tls}: KafkaConnection): unknown {
  const cause = lastCause(error)
  const {name, message} = cause
  const where = brokers.join(', ')
  if (cause instanceof TopicMismatchError) return new KafkaUnavailableError(message)
  if (name === 'KafkaJSSASLAuthenticationError' || /SASL|authentication/i.test(message))
    return new KafkaUnavailableError(
      sasl === undefined
        ? `Kafka at ${where} wants a login; set kafka.sasl`
        : `Kafka at ${where} refused the login of ${sasl.username} (${sasl.mechanism}); check kafka.sasl and the password`,
    )
  if (/certificate|self.signed|SSL|TLS|wrong version number/i.test(message))
    return new KafkaUnavailableError(`Kafka at ${where}: ${message}; check kafka.tls`)
  if (!name.startsWith('KafkaJS')) return error
  const missing = [
    ...(tls === undefined ? ['if it speaks TLS, set kafka.tls'] : []),
    ...(sasl === undefined ? ['if it wants a login, set kafka.sasl'] : []),
  ]
  const hint = missing.length === 0 ? '' : ` (${missing.join('; ')})`
  return new KafkaUnavailableError(
    `Kafka at ${where} does not answer: ${message}; start it, or set kafka.brokers${hint}`,
  )
}

function lastCause(error: unknown): Error {
  const {cause} = error as {readonly cause?: unknown}
  return cause instanceof Error ? lastCause(cause) : (error as Error)
}
