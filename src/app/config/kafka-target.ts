import type {KafkaConnection, KafkaSasl} from '../../adapters/kafka/kafka-connection.js'
import type {Config} from './config.js'
import {ConfigError} from './config-error.js'
import type {KafkaSettings} from './kafka-settings.js'
import {secretOf} from './secret.js'
import {readTlsFiles} from './tls-settings.js'

/** How to reach Kafka, with what is secret. Throws ConfigError. */
export function kafkaTarget({kafka}: Pick<Config, 'kafka'>, env: NodeJS.ProcessEnv): KafkaConnection {
  const {brokers, tls, sasl} = kafka
  return {
    brokers,
    tls: readTlsFiles('kafka.tls', tls),
    sasl: sasl === null ? undefined : withPassword(sasl, env),
  }
}

function withPassword(
  {mechanism, username}: NonNullable<KafkaSettings['sasl']>,
  env: NodeJS.ProcessEnv,
): KafkaSasl {
  const password = secretOf('TRIPLINE_KAFKA_PASSWORD', env)
  if (password !== undefined) return {mechanism, username, password}
  throw new ConfigError([
    `kafka.sasl: there is no password for ${username}; set TRIPLINE_KAFKA_PASSWORD, or TRIPLINE_KAFKA_PASSWORD_FILE`,
  ])
}
