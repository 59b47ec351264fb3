import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'
import {Cluster, type Redis} from 'ioredis'
import type {Keyspace} from '../keyspace.js'
import type {RedisClient} from '../redis-client.js'
import type {RedisConnection} from '../redis-connection.js'
import {RedisRefusedError} from '../redis-errors.js'

export interface MessageBusOptions extends Keyspace {
  /** Under what this process is spoken to. */
  readonly address: string
  /** A message for this process, or for all. Must not throw. */
  readonly onMessage: (text: string) => void
}

const CONNECT_LIMIT_MS = 8_000

/**
 * Short messages between the processes of an installation, by Redis' channels: fast, and lost where nobody listens or the
 * connection is down. So they only ever hurry on what would happen without them as well.
 */
export class MessageBus {
  private constructor(
    private readonly connection: RedisConnection,
    private readonly subscriber: RedisClient,
    private readonly namespace: string,
  ) {}

  /** Rejects with RedisRefusedError where channels may not be used. */
  static async open(connection: RedisConnection, options: MessageBusOptions): Promise<MessageBus> {
    const {namespace, address, onMessage} = options
    const subscriber = duplicateOf(connection.client)
    // It connects again by itself, and listens again then.
    subscriber.on('error', () => undefined)
    subscriber.on('message', (_channel: string, text: string) => onMessage(text))
    try {
      if (subscriber.status !== 'ready')
        await Promise.race([once(subscriber, 'ready'), sleep(CONNECT_LIMIT_MS, undefined, {ref: false})])
      await subscriber.subscribe(channelOf(namespace, address), channelOf(namespace, ALL))
    } catch (error) {
      subscriber.disconnect()
      throw refusal(error as Error, namespace)
    }
    return new MessageBus(connection, subscriber, namespace)
  }

  /** To one process. Nobody waits for it. */
  send(address: string, text: string): void {
    this.publish(address, text)
  }

  /** To all processes, this one included. */
  sendToAll(text: string): void {
    this.publish(ALL, text)
  }

  close(): void {
    this.subscriber.disconnect()
  }

  private publish(address: string, text: string): void {
    // What is lost would come too late in any case by the time it could be sent again.
    this.connection.client.publish(channelOf(this.namespace, address), text).catch(() => undefined)
  }
}

const ALL = 'all'

function channelOf(namespace: string, address: string): string {
  return `${namespace}:to:${address}`
}

function duplicateOf(client: RedisClient): RedisClient {
  return client instanceof Cluster ? client.duplicate() : (client as Redis).duplicate()
}

function refusal(error: Error, namespace: string): Error {
  if (!error.message.includes('NOPERM')) return error
  return new RedisRefusedError([
    `the user of redis.url may not use channels; allow &${namespace}:to:* (ACL SETUSER)`,
  ])
}
