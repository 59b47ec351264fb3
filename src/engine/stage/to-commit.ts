import {forgetSettled} from '../../core/decision/firing.js'
import type {KeyState} from '../../core/decision/key-state.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {END_OF_TIME, type EventTime} from '../../core/event/time.js'
import type {DecidedBatch} from '../operator/batch.js'
import type {Checkpoint, Commit, EventPlace, KeyChange, OutboxEntry} from '../port/state-store.js'
import type {Partition} from './partition.js'
import {persistJudgement} from './restore.js'

/** How much more than the cap a series may hold before it is cut back: cutting is not free. */
const CAP_SLACK = 1.25

interface Draft {
  appended: StoredEvent[]
  removed: EventPlace[]
}

/** Collects everything that a batch changes, and drops what has expired or settled from the keys that it touched. */
export function toCommit(batch: DecidedBatch): Commit {
  const {partition} = batch
  const drafts = new Map<KeyState, Draft>()
  const profiles: StoredEvent[] = []
  for (const {event, state} of batch.accepted) {
    if (state === undefined) profiles.push(event)
    else draftOf(drafts, state).appended.push(event)
  }
  for (const state of batch.judged) draftOf(drafts, state)
  for (const key of partition.expiredKeys(Number.MAX_SAFE_INTEGER)) {
    if (partition.keys.has(key)) draftOf(drafts, partition.stateOf(key))
  }
  const keys = [...drafts].map(([state, draft]) => keyChange(partition, state, draft, batch.judged.has(state)))
  const {settledUpTo} = partition
  partition.visits.forget(settledUpTo)
  const outbox = outboxOf(batch)
  return {
    epoch: partition.epoch,
    fromOffset: batch.fromOffset,
    checkpoint: checkpointOf(batch),
    keys,
    profiles,
    visits: batch.visits,
    visitsSettledUpTo: settledUpTo,
    outbox,
    publishedUpTo: partition.publishedUpTo,
  }
}

function draftOf(drafts: Map<KeyState, Draft>, state: KeyState): Draft {
  let draft = drafts.get(state)
  if (draft === undefined) {
    draft = {appended: [], removed: []}
    drafts.set(state, draft)
  }
  return draft
}

function keyChange(partition: Partition, state: KeyState, {appended, removed}: Draft, judged: boolean): KeyChange {
  const {key} = state
  const forgot = forgetSettledJudgement(partition, state)
  dropExpired(partition, state, removed)
  retireBeyondCap(partition, state)
  return {
    key,
    appended,
    removed,
    judgement: judged || forgot ? persistJudgement(state) : undefined,
    expiry: listForExpiry(partition, state),
  }
}

/** Lists the key by its oldest event; an empty key is dropped. Returns what changes about the listing. */
function listForExpiry(partition: Partition, state: KeyState): EventTime | null | undefined {
  const {expiries, keys} = partition
  if (state.history.size === 0) {
    keys.drop(state.key)
    return expiries.delete(state.key) ? null : undefined
  }
  const oldest = oldestThatExpires(partition, state) ?? END_OF_TIME
  return expiries.set(state.key, oldest) ? oldest : undefined
}

/** Forgets what was said about anchors that never change again. Returns whether there was any. */
function forgetSettledJudgement({settledUpTo, lateUpTo}: Partition, state: KeyState): boolean {
  const {firings, decisions} = state
  if (firings.size === 0 && decisions.size === 0) return false
  let forgot = false
  for (const [index, of] of firings) {
    const settled = (lateUpTo - of.rule.form.lookahead) as EventTime
    const before = of.firings.length
    forgetSettled(of, settled)
    if (of.firings.length < before) forgot = true
    const cooled =
      of.lastSettledAlert === undefined || of.lastSettledAlert + (of.rule.cooldown ?? 0) <= settled
    if (of.firings.length === 0 && cooled) firings.delete(index)
  }
  for (const [id, {transaction}] of decisions) {
    if (transaction.time > settledUpTo) continue
    decisions.delete(id)
    forgot = true
  }
  return forgot
}

/** Drops events that nothing can need any more. Feedback stays: its ids are remembered for ever. */
function dropExpired({bundle, expiresBefore}: Partition, {history}: KeyState, removed: EventPlace[]): void {
  for (const [stream, series] of history.allSeries()) {
    if (!bundle.streams.get(stream)?.neverLate) removed.push(...series.dropBefore(expiresBefore))
  }
  removed.push(...history.dropRetiredBefore(expiresBefore))
}

/** A hot key keeps no more events than evaluations look at; of the others the ids stay, to know duplicates. */
function retireBeyondCap({bundle, settledUpTo}: Partition, {history}: KeyState): void {
  const cap = bundle.settings.historyCap
  for (const [, series] of history.allSeries()) {
    if (series.events.length <= cap * CAP_SLACK) continue
    const settled = series.firstAtOrAfter(settledUpTo + 1)
    for (const event of series.dropFirst(settled - cap)) history.retire(event)
  }
}

function oldestThatExpires({bundle}: Partition, {history}: KeyState): EventTime | undefined {
  let oldest: EventTime | undefined
  for (const [stream, {events}] of history.allSeries()) {
    const first = events[0]
    if (first === undefined || bundle.streams.get(stream)?.neverLate) continue
    if (oldest === undefined || first.time < oldest) oldest = first.time
  }
  return oldest
}

function checkpointOf({partition, input}: DecidedBatch): Checkpoint {
  return {
    offset: partition.offset,
    time: partition.timeAt(input.polledAt),
    ledger: partition.ledger,
    bundle: partition.bundle.id,
    outboxSequence: partition.outboxSequence,
  }
}

function outboxOf({partition, alerts, decisions, deadLetters, late}: DecidedBatch): OutboxEntry | undefined {
  if (alerts.length + decisions.length + deadLetters.length + late.length === 0) return undefined
  partition.outboxSequence++
  return {partition: partition.number, sequence: partition.outboxSequence, alerts, decisions, deadLetters, late}
}
