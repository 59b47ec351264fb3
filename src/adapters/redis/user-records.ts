import {standsAgainst, type Verdict} from '../../core/case/verdict.js'
import type {DecisionRecord} from '../../core/decision/records.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {eventTimeOf, supersedes} from '../../engine/port/published.js'
import {FIRST_STAMP, parsed, readValues} from './guarded-values.js'
import type {BucketKeys} from './keyspace.js'
import {afterDigits, ascendingTime} from './place.js'
import type {RedisConnection} from './redis-connection.js'
import {Script} from './script.js'

/**
 * Records of one kind about ids that users may share. One value holds those of all users about an id, a sorted set holds
 * the place of each, the oldest first.
 */
export interface UserRecords<T extends {readonly user_id: string}> {
  key(keys: BucketKeys, id: string): string
  places(keys: BucketKeys): string
  idOf(record: T): string
  /** Event time in ms. */
  timeOf(record: T): number
  /** Whether a record takes the place of the one that is known for its id and user. */
  supersedes(record: T, known: T | undefined): boolean
}

export const DECISIONS: UserRecords<DecisionRecord> = {
  key: (keys, id) => keys.decisions(id),
  places: ({decisionPlaces}) => decisionPlaces,
  idOf: ({transaction_id}) => transaction_id,
  timeOf: eventTimeOf,
  supersedes,
}

/** What was served first stays. An id that comes again with a later event time is another transaction. */
export const FEATURES: UserRecords<FeatureRecord> = {
  key: (keys, id) => keys.features(id),
  places: ({featurePlaces}) => featurePlaces,
  idOf: ({transaction_id}) => transaction_id,
  timeOf: ({time}) => time,
  supersedes: ({time}, known) => known === undefined || time > known.time,
}

export const VERDICTS: UserRecords<Verdict> = {
  key: (keys, id) => keys.verdicts(id),
  places: ({verdictPlaces}) => verdictPlaces,
  idOf: ({feedback_id}) => feedback_id,
  timeOf: eventTimeOf,
  supersedes: standsAgainst,
}

/**
 * KEYS: the places, then the key of each value. ARGV: each value and its place. Writes the values whose keys are not there, and
 * gives the numbers of the others, from 1.
 */
const ADD_NEW = new Script(`
local taken, placed = {}, {}
for i = 2, #KEYS do
  if redis.call('SET', KEYS[i], ARGV[2 * i - 3], 'NX') then
    placed[#placed + 1] = 0
    placed[#placed + 1] = ARGV[2 * i - 2]
  else
    taken[#taken + 1] = i - 1
  end
end
if #placed > 0 then redis.call('ZADD', KEYS[1], unpack(placed)) end
return taken
`)

/** So many records at once: what a script can unpack is limited. */
const ADDED_AT_ONCE = 1_000

/** Adds the records of whose ids nothing is known. Returns the others, of which all is as it was. */
export async function addNew<T extends {readonly user_id: string}>(
  connection: RedisConnection,
  kind: UserRecords<T>,
  records: readonly T[],
  keys: BucketKeys,
): Promise<readonly T[]> {
  const known: T[] = []
  for (let from = 0; from < records.length; from += ADDED_AT_ONCE) {
    const some = records.slice(from, from + ADDED_AT_ONCE)
    const names = [kind.places(keys), ...some.map((record) => kind.key(keys, kind.idOf(record)))]
    const args = some.flatMap((record) => [FIRST_STAMP + JSON.stringify([record]), recordPlace(kind, record)])
    const [taken] = await connection.attempt((client) => ADD_NEW.run(client, names, args))
    for (const number of taken as number[]) known.push(some[number - 1] as T)
  }
  return known
}

/** The record about an id: that of a user or, without one, the newest. */
export async function readRecord<T extends {readonly user_id: string}>(
  connection: RedisConnection,
  kind: UserRecords<T>,
  keys: BucketKeys,
  id: string,
  user?: string,
): Promise<T | undefined> {
  const [value] = await readValues(connection, [kind.key(keys, id)])
  const records = parsed<T[]>(value) ?? []
  if (user !== undefined) return records.find(({user_id}) => user_id === user)
  return records.sort((a, b) => kind.timeOf(b) - kind.timeOf(a))[0]
}

export function recordPlace<T extends {readonly user_id: string}>(kind: UserRecords<T>, record: T): string {
  return ascendingTime(kind.timeOf(record)) + JSON.stringify([kind.idOf(record), record.user_id])
}

/** The id in a record's place. */
export function placedId(place: string): string {
  const [id] = JSON.parse(afterDigits(place)) as [id: string, user: string]
  return id
}
