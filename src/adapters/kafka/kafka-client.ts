import type {Kafka, KafkaConfig, LogEntry, SASLOptions} from 'kafkajs'
import type {KafkaConnection} from './kafka-connection.js'
import {kafkajs} from './kafkajs.js'
import {LZ4_CODEC} from './lz4-codec.js'

/** Hears what the client library has to say, from warnings on. */
export type KafkaLog = (
  level: 'warn' | 'error',
  message: string,
  details: {readonly [name: string]: unknown},
) => void

/** How often those try again who must not give up: what they send could be there, or not. */
export const UNTIL_IT_ANSWERS = Number.MAX_SAFE_INTEGER

const CONNECT_LIMIT_MS = 5_000
const REQUEST_LIMIT_MS = 30_000

/** Without this, kafkajs reads no records that other producers compressed with LZ4. */
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] = LZ4_CODEC

export interface KafkaClientOptions {
  readonly connection: KafkaConnection
  readonly clientId: string
  readonly log?: KafkaLog | undefined
  /** How often a request is tried again. Default 8: about half a minute. */
  readonly retries?: number | undefined
}

/** A client of the library; it connects when it is used. */
export function kafkaClient({connection, clientId, log, retries = 8}: KafkaClientOptions): Kafka {
  const {brokers, tls, sasl} = connection
  const config: KafkaConfig = {
    clientId,
    brokers: [...brokers],
    connectionTimeout: CONNECT_LIMIT_MS,
    requestTimeout: REQUEST_LIMIT_MS,
    retry: {retries, initialRetryTime: 100, maxRetryTime: 5_000},
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => log?.(levelOf(entry), entry.log.message, detailsOf(entry)),
  }
  if (tls !== undefined) {
    const {ca, cert, key} = tls
    config.ssl = {...(ca && {ca: [ca]}), ...(cert && {cert}), ...(key && {key})}
  }
  if (sasl !== undefined) config.sasl = sasl as SASLOptions
  return new kafkajs.Kafka(config)
}

function levelOf({level}: LogEntry): 'warn' | 'error' {
  return level <= kafkajs.logLevel.ERROR ? 'error' : 'warn'
}

function detailsOf({namespace, log}: LogEntry): {readonly [name: string]: unknown} {
  const {message: _, timestamp: __, logger: ___, stack: ____, ...details} = log
  return {from: namespace, ...details}
}
