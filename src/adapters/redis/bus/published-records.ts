import type {RedisConnection} from '../redis-connection.js'

/** A record as it was published, with its place among those of all partitions. */
export interface PublishedRecord<T> {
  /** Digits and a dot; grows. */
  readonly id: string
  readonly record: T
  readonly text: string
}

/** About so many can be read again, as many as one process remembers. */
const KEPT = 10_000
const CHUNK = 1_000

/**
 * The newest records of a kind, of all partitions in one order, so that whoever listens anywhere hears of all, and can go
 * on anywhere else. A record that is published again, after a crash, stands there twice.
 */
export class PublishedRecords<T> {
  /** `key`: of the stream in Redis. `onPublished`: those who listen should look. */
  constructor(
    private readonly connection: RedisConnection,
    private readonly key: string,
    private readonly onPublished: () => void,
  ) {}

  async append(records: readonly T[]): Promise<void> {
    if (records.length === 0) return
    await this.connection.attempt(async (client) => {
      const commands = records.map((record) => [
        ...['xadd', this.key, 'MAXLEN', '~', KEPT, '*', 'record'],
        JSON.stringify(record),
      ])
      const replies = (await client.pipeline(commands).exec()) ?? []
      for (const [error] of replies) if (error !== null) throw error
    })
    this.onPublished()
  }

  /** What came after a place (`0.0`: all that is kept), in order, in pieces. */
  async *after(place: string): AsyncGenerator<readonly PublishedRecord<T>[]> {
    let from = place.replace('.', '-')
    for (;;) {
      const start = `(${from}`
      const entries = await this.connection.attempt((client) =>
        client.xrange(this.key, start, '+', 'COUNT', CHUNK),
      )
      const last = entries.at(-1)
      if (last === undefined) return
      yield entries.map(([id, [, text = 'null']]) => {
        return {id: id.replace('-', '.'), record: JSON.parse(text) as T, text}
      })
      from = last[0]
    }
  }
}
