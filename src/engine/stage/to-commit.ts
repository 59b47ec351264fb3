import type {Bundle} from '../../core/bundle/bundle.js'
import {forgetSettled as forgetSettledFirings, nextDeadline} from '../../core/decision/firing.js'
import {keptAfter} from '../../core/decision/kept-firings.js'
import {type DecisionState, type KeyState, NOTHING_PENDING} from '../../core/decision/key-state.js'
import {packCounts} from '../../core/decision/rule-counters.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {END_OF_TIME, type EventTime} from '../../core/event/time.js'
import {packRecords} from '../../core/feature/feature-record.js'
import {packFeatures} from '../../core/feature/packed-features.js'
import type {DecidedBatch} from '../operator/batch.js'
import type {Checkpoint, Commit, EventPlace, Forgetting, KeyChange, OutboxEntry} from '../port/state-store.js'
import {dispatchOf} from './dispatch.js'
import type {KeyedStage} from './keyed-stage.js'
import type {Partition} from './partition.js'
import {persistJudgement} from './restore.js'
import {retireBeyondCap} from './retire-beyond-cap.js'

const NOTHING_REMOVED: readonly EventPlace[] = []
const NOWHERE: Checkpoint['lookedBackUpTo'] = {}

/** Collects everything that a batch changes, and drops what has expired or settled from the keys that it touched. */
export function toCommit(batch: DecidedBatch, logsFeatures: boolean): Commit {
  const {partition} = batch
  const keys: KeyChange[] = []
  const profiles: StoredEvent[] = []
  const judged = new Set([...batch.due, ...batch.judged])
  // Before anything is forgotten: what is waited for keeps decisions from being so.
  const deadlines = new Map(
    [...judged].map((state) => [state, listDeadline(stageOf(partition, state), state)]),
  )
  for (const [state, before] of batch.expiring)
    keys.push(
      keyChange(
        batch,
        state,
        dropExpired(partition.bundle, state, before),
        undefined,
        foldFeatures(state, before),
      ),
    )
  for (const state of judged) keys.push(keyChange(batch, state, NOTHING_REMOVED, deadlines.get(state)))
  for (const {event, state} of batch.accepted) {
    if (state === undefined) profiles.push(event)
    // What was pending is taken into the first change of its key.
    else if (state.pending.length > 0) keys.push(keyChange(batch, state, NOTHING_REMOVED))
  }
  for (const state of batch.repartitioned)
    if (state.pending.length > 0) keys.push(keyChange(batch, state, NOTHING_REMOVED))
  const {forgotten} = partition
  partition.forgotten = undefined
  if (forgotten !== undefined) keys.push(...forgotten.keys)
  dropUnused(batch)
  const {shared} = partition
  const {visitsSettledUpTo} = shared
  shared.visits.forget(visitsSettledUpTo)
  // Before the checkpoint, which holds the number of this entry.
  const outbox = outboxOf(batch, logsFeatures, forgotten?.said)
  shared.batchIsDone()
  if (shared.exchange !== undefined) shared.exchange.finalUpTo = partition.finalUpTo
  partition.finishLookingBack()
  const inForce = partition.isNewlyInForce ? partition.inForce : undefined
  partition.isNewlyInForce = false
  return {
    epoch: partition.epoch,
    fromOffset: batch.fromOffset,
    checkpoint: checkpointOf(batch),
    inForce,
    keys,
    profiles,
    visits: batch.visits,
    visitsSettledUpTo,
    outbox,
    publishedUpTo: partition.publishedUpTo,
  }
}

/** A key of which nothing was accepted, now or before, leaves nothing behind. */
function dropUnused({partition, fates, states}: DecidedBatch): void {
  for (let i = 0; i < fates.length; i++) {
    const state = states[i]
    if (state !== undefined && fates[i]?.fate !== 'accepted' && isUnused(state))
      stageOf(partition, state).keys.drop(state.key)
  }
}

function isUnused({history, features}: KeyState): boolean {
  return history.isEmpty && features?.neededUntil === undefined
}

/** Puts together what windows still need of events that are dropped. Null: nothing is left of what was kept. */
function foldFeatures({features}: KeyState, before: EventTime): string | null | undefined {
  if (features === undefined) return undefined
  features.fold(before)
  const packed = packFeatures(features, before)
  if (packed === null && !features.isPacked) return undefined
  features.isPacked = packed !== null
  return packed
}

function keyChange(
  batch: DecidedBatch,
  state: KeyState,
  removed: readonly EventPlace[],
  deadline?: EventTime | null,
  features?: string | null,
): KeyChange {
  const {partition, judged} = batch
  const stage = stageOf(partition, state)
  const appended = state.pending
  state.pending = NOTHING_PENDING
  const forgot = hasJudgement(state) && forgetSettled(partition, stage, state)
  for (const {rank} of appended) retireBeyondCap(partition, stage, state.history, rank)
  return {
    key: stage.nameOf(state.key),
    appended,
    removed,
    judgement:
      judged.has(state) || forgot || (removed.length > 0 && state.history.isEmpty)
        ? persistJudgement(state)
        : undefined,
    expiry: state.isListed ? undefined : listForExpiry(partition.bundle, stage, state),
    deadline,
    ...(features === undefined ? {} : {features}),
  }
}

/** Lists the key by its oldest event; an empty key is dropped. Returns the listing: null if there is none any more. */
function listForExpiry(bundle: Bundle, {expiries, keys}: KeyedStage, state: KeyState): EventTime | null {
  if (state.history.isEmpty) {
    const until = state.features?.neededUntil
    if (until !== undefined) {
      // Looked at again when no window reaches what is left.
      const listed = (until - bundle.retention) as EventTime
      expiries.set(state.key, listed)
      return listed
    }
    keys.drop(state.key)
    expiries.delete(state.key)
    return null
  }
  const oldest = oldestThatExpires(bundle, state) ?? END_OF_TIME
  expiries.set(state.key, oldest)
  // One that holds nothing but what stays for ever is listed anew when something comes that does not.
  state.isListed = oldest < END_OF_TIME
  return oldest
}

/** Lists the key by the first deadline that a rule waits for. Returns what changed about it: null if none is waited for any more. */
function listDeadline({deadlines}: KeyedStage, {key, firings}: KeyState): EventTime | null | undefined {
  let next: EventTime | undefined
  for (const of of firings?.values() ?? []) {
    const deadline = nextDeadline(of)
    if (deadline !== undefined && (next === undefined || deadline < next)) next = deadline
  }
  if (next === deadlines.get(key)) return undefined
  if (next === undefined) deadlines.delete(key)
  else deadlines.set(key, next)
  return next ?? null
}

function hasJudgement({firings, stopped, decisions}: KeyState): boolean {
  return firings !== undefined || stopped !== undefined || decisions !== undefined
}

/** Forgets what was said about anchors that never change again. Returns whether there was any. */
function forgetSettled(partition: Partition, stage: KeyedStage, state: KeyState): boolean {
  const {forgetUpTo} = stage.time
  let forgot = forgetStopped(state, forgetUpTo)
  for (const [index, of] of state.firings ?? []) {
    const settled = (forgetUpTo - of.rule.form.lookahead) as EventTime
    const before = of.firings.length
    forgetSettledFirings(of, settled)
    if (of.firings.length < before) forgot = true
    const last = of.lastSettledAlert
    const cooled = last === undefined || last + (of.rule.cooldown ?? 0) <= settled
    if (of.firings.length > 0 || !cooled) continue
    state.firings?.delete(index)
    forgot = true
  }
  if (state.decisions !== undefined && forgetFinal(partition, state.decisions)) forgot = true
  if (state.firings?.size === 0) state.firings = undefined
  if (state.decisions?.size === 0) state.decisions = undefined
  return forgot
}

/** Forgets decisions that never change again, the oldest first. Returns whether there was any. */
function forgetFinal(partition: Partition, decisions: Map<string, DecisionState>): boolean {
  const {finalUpTo, forgetUpTo, stages, shared} = partition
  const before = decisions.size
  for (const [id, {transaction}] of decisions) {
    if (transaction.time > forgetUpTo) break
    const isFinal =
      transaction.time <= finalUpTo ||
      // Other partitions may find something until a transaction has settled for all rules.
      (shared.isAlone && stages.every((stage) => stage.hasSettled(transaction)))
    if (isFinal) decisions.delete(id)
  }
  return decisions.size < before
}

/** The same for rules that do not run any more. */
function forgetStopped(state: KeyState, forgetUpTo: EventTime): boolean {
  if (state.stopped === undefined) return false
  const left = state.stopped.flatMap((kept) => keptAfter(kept, forgetUpTo) ?? [])
  const forgot = left.length < state.stopped.length || left.some((kept, i) => kept !== state.stopped?.[i])
  state.stopped = left.length === 0 ? undefined : left
  return forgot
}

/** Drops events that nothing can need any more. Feedback stays: its ids are remembered for ever. */
function dropExpired(bundle: Bundle, state: KeyState, before: EventTime): readonly EventPlace[] {
  // A hot key drops more events at once than fit into the arguments of a call.
  const removed: (readonly EventPlace[])[] = []
  for (const series of state.history.allSeries()) {
    const stream = series.events[0]?.stream
    if (stream === undefined || bundle.streams.get(stream)?.neverLate) continue
    removed.push(series.dropBefore(before))
  }
  removed.push(state.history.dropRetiredBefore(before))
  state.isListed = false
  return removed.flat()
}

/** Event time of the key's oldest event that will be dropped one day; undefined if all stay for ever. */
function oldestThatExpires(bundle: Bundle, {history}: KeyState): EventTime | undefined {
  let oldest: EventTime | undefined
  for (const {events} of history.allSeries()) {
    const first = events[0]
    if (first === undefined || bundle.streams.get(first.stream)?.neverLate) continue
    if (oldest === undefined || first.time < oldest) oldest = first.time
  }
  for (const {time} of history.retiredEvents()) if (oldest === undefined || time < oldest) oldest = time
  return oldest
}

function stageOf(partition: Partition, {keyField}: KeyState): KeyedStage {
  return partition.stageOf(keyField) ?? partition.users
}

function checkpointOf({partition, input}: DecidedBatch): Checkpoint {
  const {exchange, committed} = partition.shared
  return {
    offset: partition.offset,
    ...(partition.positions === undefined ? {} : {positions: partition.positions}),
    time: partition.time ?? partition.timeBegunAt(input.polledAt),
    ledger: partition.ledger,
    bundle: partition.bundle.id,
    counts: packCounts([partition.counters, partition.shared.counters]),
    lookedBackUpTo: lookedBackUpTo(partition),
    outboxSequence: partition.outboxSequence,
    ...(exchange === undefined ? {} : {exchange: exchange.progress(committed, partition.time !== undefined)}),
  }
}

function lookedBackUpTo({inForce, stages}: Partition): Checkpoint['lookedBackUpTo'] {
  if (!inForce.isBackfilling) return NOWHERE
  const places = stages.map(({keyField, lookedBackUpTo: key}) => [keyField, key] as const)
  return Object.fromEntries(places.flatMap(([field, key]) => (key === undefined ? [] : [[field, key]])))
}

function outboxOf(
  batch: DecidedBatch,
  logsFeatures: boolean,
  forgetting: Forgetting | undefined,
): OutboxEntry | undefined {
  const {partition, alerts, decisions, featureRows, verdicts, deadLetters, late, traces} = batch
  const {served, cardUsers, input} = batch
  const said = alerts.length + decisions.length + verdicts.length + deadLetters.length + late.length
  const {caseChange, alertChange} = input
  const dispatch = dispatchOf(batch)
  const isSilent = said === 0 && dispatch === undefined
  const isPersons = caseChange !== undefined || alertChange !== undefined
  if (isSilent && forgetting === undefined && !isPersons) return undefined
  partition.outboxSequence++
  const {number, outboxSequence: sequence, finalUpTo} = partition
  return {
    partition: number,
    sequence,
    settledUpTo: Number.isFinite(finalUpTo) ? finalUpTo : null,
    alerts,
    ...(traces === undefined ? {} : {traces}),
    decisions,
    ...(featureRows === undefined || !logsFeatures ? {} : {features: packRecords(featureRows, served)}),
    ...(verdicts.length === 0 ? {} : {verdicts}),
    deadLetters,
    late,
    ...(cardUsers === undefined ? {} : {cardUsers}),
    ...(caseChange === undefined ? {} : {caseChanges: [caseChange]}),
    ...(alertChange === undefined ? {} : {alertChanges: [alertChange]}),
    ...(forgetting === undefined ? {} : {forgetting}),
    ...(dispatch === undefined ? {} : {dispatch}),
  }
}
