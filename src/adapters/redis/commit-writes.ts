import type {EventTime} from '../../core/event/time.js'
import type {Commit, KeyChange} from '../../engine/port/state-store.js'
import {encodeOutbox, encodeVisits} from '../../engine/port/stored-text.js'
import type {EventShapes} from './event-shapes.js'
import {eventRecord, removalRecord} from './history-records.js'
import {idText, type PartitionKeys} from './keyspace.js'
import type {WriteList} from './write-list.js'

/** What happens to a history: records are added at its end, unless it is written anew. */
export interface HistoryChange {
  readonly key: string
  readonly appended: number
  readonly removed: number
  readonly records: string
  /** What is removed must not stand in the text any more. */
  readonly isErased: boolean
}

/** A commit as text: nothing of it refers to the commit's objects any more. */
export interface EncodedCommit {
  readonly histories: readonly HistoryChange[]
  /** Shapes that are stored for the first time, by number. */
  readonly shapes: Map<number, string>
  /** All that is to be written besides histories and the outbox entries that go. */
  write(writes: WriteList): void
}

export function encodeCommit(commit: Commit, keys: PartitionKeys, shapes: EventShapes): EncodedCommit {
  const unsaved = new Map<number, string>()
  const histories = historyChanges(commit.keys, shapes, unsaved)
  const judgements = commit.keys.flatMap(({key, judgement}) =>
    judgement === undefined ? [] : [[keys.judgement(key), judgement && JSON.stringify(judgement)] as const],
  )
  const features = commit.keys.flatMap(({key, features: text}) =>
    text === undefined ? [] : [[keys.features(key), text] as const],
  )
  const expiries = listing(commit.keys.map(({key, expiry}) => [key, expiry]))
  const deadlines = listing(commit.keys.map(({key, deadline}) => [key, deadline]))
  const profiles = commit.profiles.flatMap((profile) => [
    idText(profile.id),
    eventRecord(profile, shapes, unsaved),
  ])
  const visits = visitsOf(commit)
  const settled = scoreOf(commit.visitsSettledUpTo)
  const outbox = commit.outbox === undefined ? [] : [commit.outbox.sequence, encodeOutbox(commit.outbox)]
  const {inForce} = commit
  const activation = inForce === undefined ? [] : [inForce.offset, JSON.stringify(inForce)]
  const standing = ['checkpoint', JSON.stringify(commit.checkpoint), 'offset', commit.checkpoint.offset]
  return {
    histories,
    shapes: unsaved,
    write(writes) {
      for (const [key, text] of [...judgements, ...features]) {
        if (text === null) writes.add('DEL', key)
        else writes.add('SET', key, text)
      }
      writes.addAll('ZADD', keys.expiries, expiries.listed, 2)
      writes.addAll('ZREM', keys.expiries, expiries.taken, 1)
      writes.addAll('ZADD', keys.deadlines, deadlines.listed, 2)
      writes.addAll('ZREM', keys.deadlines, deadlines.taken, 1)
      writes.addAll('HSET', keys.profiles, profiles, 2)
      writes.addAll('ZADD', keys.visits, visits, 2)
      writes.add('ZREMRANGEBYSCORE', keys.visits, '-inf', settled)
      writes.addAll('HSET', keys.outbox, outbox, 2)
      writes.addAll('HSET', keys.activations, activation, 2)
      writes.addAll('HSET', keys.shapes, [...unsaved].flat(), 2)
      writes.add('HSET', keys.standing, ...standing, 'settled', settled)
    },
  }
}

/** One for each key, though it may be changed more than once. */
function historyChanges(
  changes: readonly KeyChange[],
  shapes: EventShapes,
  unsaved: Map<number, string>,
): readonly HistoryChange[] {
  const histories = new Map<string, HistoryChange>()
  for (const {key, appended, removed, isErased = false} of changes) {
    if (appended.length === 0 && removed.length === 0) continue
    const before = histories.get(key)
    let records = before?.records ?? ''
    for (const event of appended) records += eventRecord(event, shapes, unsaved)
    // Removals come last: an event that is added and expires in the same commit is gone.
    for (const place of removed) records += removalRecord(place)
    histories.set(key, {
      key,
      appended: (before?.appended ?? 0) + appended.length,
      removed: (before?.removed ?? 0) + removed.length,
      records,
      isErased: isErased || before?.isErased === true,
    })
  }
  return [...histories.values()]
}

/** A key may be changed more than once: the last change stands. */
function listing(keys: readonly (readonly [key: string, time: EventTime | null | undefined])[]) {
  const last = new Map<string, EventTime | null>()
  for (const [key, time] of keys) if (time !== undefined) last.set(key, time)
  const listed: (string | number)[] = []
  const taken: string[] = []
  for (const [key, time] of last) {
    if (time === null) taken.push(idText(key))
    else listed.push(scoreOf(time), idText(key))
  }
  return {listed, taken}
}

/** All visits of a commit as one member, by the newest of them: when that one has settled, all have. */
function visitsOf({visits, visitsSettledUpTo, fromOffset, epoch}: Commit): readonly (string | number)[] {
  const unsettled = visits.filter(({time}) => time > visitsSettledUpTo)
  if (unsettled.length === 0) return []
  const newest = unsettled.reduce((time, visit) => Math.max(time, visit.time), Number.NEGATIVE_INFINITY)
  // Begins with where it comes from, so that no two members are equal.
  return [newest, `${epoch}-${fromOffset} ${encodeVisits(unsettled)}`]
}

/** As Redis writes a score. */
export function scoreOf(time: number): string {
  if (Number.isFinite(time)) return String(time)
  return time > 0 ? '+inf' : '-inf'
}

export function timeOf(score: string): EventTime {
  if (score.endsWith('inf')) return (score.startsWith('-') ? -Infinity : Infinity) as EventTime
  return Number(score) as EventTime
}
