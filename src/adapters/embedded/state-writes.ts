import type {StoredEvent} from '../../core/event/stored-event.js'
import type {EventTime} from '../../core/event/time.js'
import type {EventPlace, KeyChange, PersistedVisit} from '../../engine/port/state-store.js'
import {encodeVisits} from '../../engine/port/stored-text.js'
import type {Writes} from './database.js'
import {
  deadlinePrefix,
  expiryPrefix,
  historyPrefix,
  idPart,
  numberPart,
  profilePrefix,
  visitPrefix,
} from './keyspace.js'
import {encodeEvent, encodeListing} from './state-values.js'

/*
 * What a commit writes, as text: nothing of it refers to the commit's objects any more.
 */

/** Kinds of entries in a key's history. */
export const EVENT = 'e'
export const JUDGEMENT = 'j'
export const FEATURES = 'f'

/** Removals come after additions: an event that is added and expires in the same commit is gone. */
export function changedKeys(partition: number, changes: readonly KeyChange[]): Writes {
  const writes: Writes = []
  for (const {key, appended, removed, judgement, features, expiry, deadline} of changes) {
    const prefix = historyPrefix(partition, key)
    for (const event of appended) {
      writes.push({type: 'put', key: eventKey(prefix, event), value: encodeEvent(event)})
    }
    for (const place of removed) writes.push({type: 'del', key: eventKey(prefix, place)})
    if (judgement === null) writes.push({type: 'del', key: prefix + JUDGEMENT})
    else if (judgement !== undefined) {
      writes.push({type: 'put', key: prefix + JUDGEMENT, value: JSON.stringify(judgement)})
    }
    if (features === null) writes.push({type: 'del', key: prefix + FEATURES})
    else if (features !== undefined) writes.push({type: 'put', key: prefix + FEATURES, value: features})
    list(writes, expiryPrefix(partition), key, expiry)
    list(writes, deadlinePrefix(partition), key, deadline)
  }
  return writes
}

/** Null takes the key off the list, undefined leaves it. */
function list(writes: Writes, prefix: string, key: string, time: EventTime | null | undefined): void {
  if (time === undefined) return
  const place = prefix + idPart(key)
  writes.push(
    time === null ? {type: 'del', key: place} : {type: 'put', key: place, value: encodeListing(key, time)},
  )
}

export function newProfiles(partition: number, profiles: readonly StoredEvent[]): Writes {
  const prefix = profilePrefix(partition)
  return profiles.map((profile) => ({
    type: 'put',
    key: prefix + idPart(profile.id),
    value: encodeEvent(profile),
  }))
}

/** All visits of a commit as one value, by the newest of them: when that one has settled, all have. */
export function newVisits(partition: number, fromOffset: number, visits: readonly PersistedVisit[]): Writes {
  if (visits.length === 0) return []
  const newest = visits.reduce((time, visit) => Math.max(time, visit.time), Number.NEGATIVE_INFINITY)
  const key = visitPrefix(partition) + numberPart(newest) + numberPart(fromOffset)
  return [{type: 'put', key, value: encodeVisits(visits)}]
}

export function eventKey(prefix: string, {time, stream, id}: EventPlace): string {
  return prefix + EVENT + numberPart(time) + idPart(stream) + idPart(id)
}
