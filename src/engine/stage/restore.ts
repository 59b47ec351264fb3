import type {Bundle} from '../../core/bundle/bundle.js'
import {isCondensed, type KeptMatch} from '../../core/decision/condensed-match.js'
import {chain, type Firing, firingsKey, type RuleFirings} from '../../core/decision/firing.js'
import type {KeptFiring, KeptFirings} from '../../core/decision/kept-firings.js'
import {type DecisionState, emptyKeyState, type KeyState} from '../../core/decision/key-state.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {type KeyField, TRANSACTION_RANK} from '../../core/event/stream.js'
import {BEGINNING_OF_TIME} from '../../core/event/time.js'
import {plansOf} from '../../core/feature/key-features.js'
import {unpackFeatures} from '../../core/feature/packed-features.js'
import type {Rule} from '../../core/rule/rule.js'
import type {
  PersistedDecision,
  PersistedEvent,
  PersistedJudgement,
  PersistedKey,
} from '../port/state-store.js'
import type {RunningBundle} from './running-bundle.js'

const NO_PREDICATES: readonly number[] = []

/** An accepted event from what was kept of it, prepared for the rules of the running bundle. */
export function restoreEvent(persisted: PersistedEvent, bundle: Bundle): StoredEvent {
  const rank = bundle.streams.get(persisted.stream)?.rank ?? 0
  const event = {...persisted, rank, predicates: NO_PREDICATES}
  const predicates = bundle.predicates.get(persisted.stream)
  if (predicates !== undefined) event.predicates = predicates.evaluate(event, undefined)
  return event
}

/** A key's state from what was kept of it, prepared for the bundle that runs. */
export function restoreKey(
  key: string,
  keyField: KeyField,
  persisted: PersistedKey | undefined,
  running: RunningBundle,
): KeyState {
  const {bundle, historyFrom} = running
  const state = emptyKeyState(key, keyField)
  const hasFeatures = plansOf(bundle.features, keyField).length > 0
  if (hasFeatures) state.features = unpackFeatures(persisted?.features, bundle.features, keyField, key)
  if (persisted === undefined) return state
  for (const event of persisted.events) {
    const staysForEver = bundle.streams.get(event.stream)?.neverLate === true
    if (event.time < historyFrom && !staysForEver) state.history.retire(event)
    else {
      const restored = restoreEvent(event, bundle)
      state.history.insert(restored)
      state.features?.insert(restored)
    }
    if (!staysForEver) state.isListed = true
  }
  for (const kept of persisted.judgement?.rules ?? []) {
    const rule = bundle.rules.find(({id, version}) => id === kept.rule && version === kept.version)
    if (rule === undefined) state.stopped = [...(state.stopped ?? []), kept]
    else restoreFirings(kept, rule, state, running)
  }
  for (const decision of persisted.judgement?.decisions ?? []) restoreDecision(decision, state)
  return state
}

/** A state that is in memory, as another bundle left it, prepared for the one that runs. */
export function carryOver(former: KeyState, running: RunningBundle): KeyState {
  const {key, keyField, history, isListed} = former
  const events = history.allSeries().flatMap((series) => series.events)
  const judgement = persistJudgement(former) ?? undefined
  const state = restoreKey(key, keyField, {events, judgement}, running)
  for (const event of history.retiredEvents()) state.history.retire(event)
  // Under the same views what is there is right, and knows more than the history.
  if (former.features?.set.schema.hash === running.bundle.features.schema.hash)
    state.features = former.features
  state.isListed = isListed
  return state
}

function restoreFirings(
  {keyValue, firings, lastSettledAlert}: KeptFirings,
  rule: Rule,
  state: KeyState,
  {bundle, since}: RunningBundle,
): void {
  if (state.firings === undefined) state.firings = new Map()
  const restored = {
    rule,
    keyValue,
    firings: firings.flatMap((firing) => restoreFiring(firing, rule, state, bundle, since[rule.index])),
    lastSettledAlert: lastSettledAlert ?? undefined,
  }
  chain(restored)
  state.firings.set(firingsKey(rule, keyValue), restored)
}

function restoreFiring(
  kept: KeptFiring,
  rule: Rule,
  state: KeyState,
  bundle: Bundle,
  since = BEGINNING_OF_TIME,
): Firing[] {
  const anchor = state.history.series(rule.form.anchorRank)?.find(kept.anchor)
  if (anchor === undefined) return []
  const {alertId, fires, alerted, nextRevision} = kept
  // A rule that runs again does not go on to wait for what it was waiting for when it stopped.
  const waitsInVain = !fires && anchor.time < since
  const match = waitsInVain ? undefined : restoreMatch(kept, rule, state, bundle)
  return [{anchor, alertId, fires, alerted, nextRevision, match, lastAlert: undefined}]
}

function restoreMatch(
  {evidence, truncated, deadline}: KeptFiring,
  rule: Rule,
  state: KeyState,
  bundle: Bundle,
): KeptMatch | undefined {
  if (evidence === null) return undefined
  const find = ({stream, id}: {readonly stream: string; readonly id: string}) =>
    state.history.series(bundle.streams.get(stream)?.rank ?? -1)?.find(id)
  const rest = {truncated, deadline: deadline ?? undefined}
  if ('size' in evidence) {
    const {size, fingerprint, last} = evidence
    return {...rest, size, fingerprint, last: last === null ? undefined : find(last)}
  }
  return {
    ...rest,
    evidence: evidence.flatMap(({slot, ...place}) => {
      const event = find(place)
      return event === undefined ? [] : [{as: rule.form.names[slot] ?? '', slot, event}]
    }),
  }
}

function restoreDecision({transaction: id, ...rest}: PersistedDecision, state: KeyState): void {
  const transaction = state.history.series(TRANSACTION_RANK)?.find(id)
  if (transaction === undefined) return
  if (state.decisions === undefined) state.decisions = new Map()
  state.decisions.set(id, {transaction, ...rest})
}

/** What to keep of a key's judgement; null if there is nothing to keep. */
export function persistJudgement({firings, stopped, decisions}: KeyState): PersistedJudgement | null {
  if (firings === undefined && stopped === undefined && decisions === undefined) return null
  return {
    rules: [...[...(firings?.values() ?? [])].map(persistFirings), ...(stopped ?? [])],
    decisions: [...(decisions?.values() ?? [])].map(persistDecision),
  }
}

function persistFirings({rule, keyValue, firings, lastSettledAlert}: RuleFirings): KeptFirings {
  return {
    rule: rule.id,
    version: rule.version,
    keyValue,
    lookahead: rule.form.lookahead,
    cooldown: rule.cooldown ?? null,
    lastSettledAlert: lastSettledAlert ?? null,
    firings: firings.map(({anchor, alertId, fires, alerted, nextRevision, match}) => ({
      anchor: anchor.id,
      time: anchor.time,
      alertId,
      alerted,
      nextRevision,
      truncated: match?.truncated ?? false,
      fires,
      deadline: match?.deadline ?? null,
      evidence: match === undefined ? null : persistEvidence(match),
    })),
  }
}

function persistEvidence(match: KeptMatch): KeptFiring['evidence'] {
  const placeOf = ({stream, id}: StoredEvent) => ({stream, id})
  if (!isCondensed(match)) return match.evidence.map(({slot, event}) => ({slot, ...placeOf(event)}))
  const {size, fingerprint, last} = match
  return {size, fingerprint, last: last === undefined ? null : placeOf(last)}
}

function persistDecision({transaction, ...rest}: DecisionState): PersistedDecision {
  return {transaction: transaction.id, ...rest}
}
