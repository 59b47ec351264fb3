import {parsed, readValues, type StampedValue, stamped, writeIfUnchanged} from './guarded-values.js'
import {type BucketKeys, idOf} from './keyspace.js'
import {afterDigits, ascendingTime, descendingTime, timeOfAscending, timeOfDescending} from './place.js'
import type {RedisConnection} from './redis-connection.js'
import {placedId, recordPlace, type UserRecords} from './user-records.js'
import {WriteList} from './write-list.js'

/** Records that are dropped at once: publishing does not wait for long. */
const CHUNK = 200

export function expireAlerts(
  connection: RedisConnection,
  buckets: readonly BucketKeys[],
  before: number,
): Promise<number> {
  return inEach(buckets, async (keys) => {
    const from = `[${descendingTime(before - 1)}`
    const places = await firstPlaces(connection, keys.alertPlaces, from, '+')
    const writes = new WriteList(0)
    for (const place of places) writes.add('DEL', keys.alert(idOf(afterDigits(place))))
    writes.addAll('ZREM', keys.alertPlaces, places, 1)
    await writeIfUnchanged(connection, new Map(), writes)
    return places.length
  })
}

/** Drops records of a kind with an event time (ms) before `before`. Returns how many. */
export function expireRecords<T extends {readonly user_id: string}>(
  connection: RedisConnection,
  buckets: readonly BucketKeys[],
  kind: UserRecords<T>,
  before: number,
): Promise<number> {
  return inEach(buckets, async (keys) => {
    const to = `(${ascendingTime(before)}`
    for (;;) {
      const places = await firstPlaces(connection, kind.places(keys), '-', to)
      const names = [...new Set(places.map((place) => kind.key(keys, placedId(place))))]
      const values = await readValues(connection, names)
      const read = new Map(names.map((name, i) => [name, values[i] as StampedValue]))
      const gone = new Set(places)
      const writes = new WriteList(0)
      for (const [name, value] of read) {
        const records = parsed<readonly T[]>(value) ?? []
        const left = records.filter((record) => !gone.has(recordPlace(kind, record)))
        if (left.length === 0) writes.add('DEL', name)
        else writes.add('SET', name, stamped(value, JSON.stringify(left)))
      }
      writes.addAll('ZREM', kind.places(keys), places, 1)
      if (await writeIfUnchanged(connection, read, writes)) return places.length
    }
  })
}

/** The newest event time in ms of all alerts and decisions. */
export async function newestEventTime(
  connection: RedisConnection,
  buckets: readonly BucketKeys[],
): Promise<number | undefined> {
  const times = await Promise.all(
    buckets.map(async ({alertPlaces, decisionPlaces}) => {
      const [[alert], [decision]] = await Promise.all([
        connection.attempt((client) => client.zrange(alertPlaces, 0, 0)),
        connection.attempt((client) => client.zrange(decisionPlaces, -1, -1)),
      ])
      return [
        ...(alert === undefined ? [] : [timeOfDescending(alert)]),
        ...(decision === undefined ? [] : [timeOfAscending(decision)]),
      ]
    }),
  )
  const all = times.flat()
  return all.length === 0 ? undefined : Math.max(...all)
}

/** Chunk by chunk, one bucket after the other. */
async function inEach(
  buckets: readonly BucketKeys[],
  dropChunk: (keys: BucketKeys) => Promise<number>,
): Promise<number> {
  let dropped = 0
  for (const keys of buckets)
    for (let chunk = CHUNK; chunk === CHUNK; ) {
      chunk = await dropChunk(keys)
      dropped += chunk
    }
  return dropped
}

function firstPlaces(connection: RedisConnection, key: string, from: string, to: string): Promise<string[]> {
  return connection.attempt((client) => client.zrange(key, from, to, 'BYLEX', 'LIMIT', 0, CHUNK))
}
