import {standsAgainst, type Verdict} from '../../core/case/verdict.js'
import type {DecisionRecord} from '../../core/decision/records.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {eventTimeOf, supersedes} from '../../engine/port/published.js'
import {parsed, readValues} from './guarded-values.js'
import type {BucketKeys} from './keyspace.js'
import {afterDigits, ascendingTime} from './place.js'
import type {RedisConnection} from './redis-connection.js'

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
