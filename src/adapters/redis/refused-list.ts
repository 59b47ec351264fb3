import {type Keyspace, type RefusedKeys, refusedKeys, refusedPartitions} from './keyspace.js'
import type {Row} from './list-page.js'
import {mergedPlaces} from './merged-places.js'
import {offsetDigits} from './place.js'
import type {RedisConnection} from './redis-connection.js'
import {Script} from './script.js'

/** So many of a kind are kept per partition, the newest; the topics of the log hold the others. */
const KEPT_PER_PARTITION = 10_000

/** Digits of a partition in a cursor. */
const PARTITION_DIGITS = 16

/**
 * Adds values that are not there, with their places in a list, and drops the oldest beyond a limit. KEYS: as `RefusedKeys`.
 * ARGV: the limit, then place and value of each.
 */
const ADD_NEW = new Script(`
local limit = tonumber(ARGV[1])
for i = 2, #ARGV, 2 do
  local oldest = redis.call('ZCARD', KEYS[2]) >= limit and redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if (not oldest or ARGV[i] > oldest) and redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) == 1 then
    redis.call('ZADD', KEYS[2], 0, ARGV[i])
    redis.call('INCR', KEYS[3])
    if oldest then
      redis.call('ZREM', KEYS[2], oldest)
      redis.call('HDEL', KEYS[1], oldest)
      redis.call('HDEL', KEYS[4], oldest)
    end
  end
end
`)

/** A value and where it stands among those of its partition: its offset first. */
export interface PlacedValue {
  readonly place: string
  readonly value: string
}

/** Inputs of one kind that were not accepted, by partition. */
export class RefusedList {
  constructor(
    readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
    private readonly kind: 'dead-letters' | 'late',
  ) {}

  keysOf(partition: number): RefusedKeys {
    return refusedKeys(this.keyspace, this.kind, partition)
  }

  /** Each counts once, however often it is added. */
  async add(partition: number, added: readonly PlacedValue[]): Promise<void> {
    if (added.length === 0) return
    const {values, places, count, replays} = this.keysOf(partition)
    const args = [KEPT_PER_PARTITION, ...added.flatMap(({place, value}) => [place, value])]
    // First: a partition that has none does no harm, one that is not listed would hide what it has.
    await this.connection.attempt((client) => client.sadd(refusedPartitions(this.keyspace), partition))
    await this.connection.attempt((client) => ADD_NEW.run(client, [values, places, count, replays], args))
  }

  /** By partition, the smallest first. */
  async partitions(): Promise<readonly number[]> {
    const members = await this.connection.attempt((client) =>
      client.smembers(refusedPartitions(this.keyspace)),
    )
    return members.map(Number).sort((a, b) => a - b)
  }

  /** How many there ever were. */
  async count(): Promise<number> {
    const counts = await Promise.all(
      (await this.partitions()).map((partition) =>
        this.connection.attempt((client) => client.get(this.keysOf(partition).count)),
      ),
    )
    return counts.reduce((sum, count) => sum + Number(count ?? 0), 0)
  }

  /** Values after a place (as a cursor holds it), by partition and place. */
  async *rows<T>(
    after: string | undefined,
    parse: (text: string, partition: number, replays: string | null) => T,
  ): AsyncGenerator<readonly Row<T>[]> {
    const from = after === undefined ? -1 : Number(after.slice(0, PARTITION_DIGITS))
    for (const partition of await this.partitions()) {
      if (partition < from) continue
      const keys = this.keysOf(partition)
      const first = partition === from ? `(${after?.slice(PARTITION_DIGITS)}` : '-'
      for await (const chunk of mergedPlaces(this.connection, [keys.places], {from: first, to: '+'})) {
        const places = chunk.map(({place}) => place)
        const [values, replays] = await Promise.all([
          this.connection.attempt((client) => client.hmget(keys.values, ...places)),
          this.connection.attempt((client) => client.hmget(keys.replays, ...places)),
        ])
        yield places.flatMap((place, i) => {
          const text = values[i]
          if (text == null) return []
          return [[offsetDigits(partition) + place, parse(text, partition, replays[i] ?? null)] as const]
        })
      }
    }
  }
}
