import type {AlertRecord} from '../../../core/decision/records.js'
import type {Publisher} from '../../../engine/port/publisher.js'
import type {OutboxEntry} from '../../../engine/port/state-store.js'
import {alertFeedKey, type Keyspace} from '../keyspace.js'
import type {RedisConnection} from '../redis-connection.js'

/** An alert record as it was published, with its place among those of all partitions. */
export interface PublishedAlert {
  /** Digits and a dot; grows. */
  readonly id: string
  readonly record: AlertRecord
  readonly text: string
}

/** About so many can be read again, as many as one process remembers. */
const KEPT = 10_000
const CHUNK = 1_000

/**
 * The newest alert records of all partitions in one order, so that whoever listens anywhere hears of all, and can go on
 * anywhere else. A record that is published again, after a crash, stands there twice.
 */
export class PublishedAlerts implements Publisher {
  private readonly key: string

  /** `onPublished`: those who listen should look. */
  constructor(
    private readonly connection: RedisConnection,
    keyspace: Keyspace,
    private readonly onPublished: () => void,
  ) {
    this.key = alertFeedKey(keyspace)
  }

  async publish({alerts}: OutboxEntry): Promise<void> {
    if (alerts.length === 0) return
    await this.connection.attempt(async (client) => {
      const commands = alerts.map((alert) => [
        ...['xadd', this.key, 'MAXLEN', '~', KEPT, '*', 'alert'],
        JSON.stringify(alert),
      ])
      const replies = (await client.pipeline(commands).exec()) ?? []
      for (const [error] of replies) if (error !== null) throw error
    })
    this.onPublished()
  }

  /** What came after a place (`0.0`: all that is kept), in order, in pieces. */
  async *after(place: string): AsyncGenerator<readonly PublishedAlert[]> {
    let from = place.replace('.', '-')
    for (;;) {
      const start = `(${from}`
      const entries = await this.connection.attempt((client) =>
        client.xrange(this.key, start, '+', 'COUNT', CHUNK),
      )
      const last = entries.at(-1)
      if (last === undefined) return
      yield entries.map(([id, [, text = 'null']]) => {
        return {id: id.replace('-', '.'), record: JSON.parse(text) as AlertRecord, text}
      })
      from = last[0]
    }
  }
}
