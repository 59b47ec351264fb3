import type {Bundle} from '../../core/bundle/bundle.js'
import {type Firing, firingsKey, type RuleFirings} from '../../core/decision/firing.js'
import {
  type DecisionState,
  emptyKeyState,
  type KeyState,
  type RuleHit,
} from '../../core/decision/key-state.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {type KeyField, TRANSACTION_RANK} from '../../core/event/stream.js'
import type {Match} from '../../core/rule/form.js'
import type {Rule} from '../../core/rule/rule.js'
import type {
  PersistedDecision,
  PersistedEvent,
  PersistedFiring,
  PersistedJudgement,
  PersistedKey,
  PersistedRuleFirings,
} from '../port/state-store.js'

const NO_PREDICATES: readonly number[] = []

/** An accepted event from what was kept of it, prepared for the rules of the running bundle. */
export function restoreEvent(persisted: PersistedEvent, bundle: Bundle): StoredEvent {
  const rank = bundle.streams.get(persisted.stream)?.rank ?? 0
  const event = {...persisted, rank, predicates: NO_PREDICATES}
  const predicates = bundle.predicates.get(persisted.stream)
  if (predicates !== undefined) event.predicates = predicates.evaluate(event, undefined)
  return event
}

/** A key's state from what was kept of it. Rules that no longer run are left out. */
export function restoreKey(
  key: string,
  keyField: KeyField,
  persisted: PersistedKey | undefined,
  bundle: Bundle,
): KeyState {
  const state = emptyKeyState(key, keyField)
  if (persisted === undefined) return state
  for (const event of persisted.events) state.history.insert(restoreEvent(event, bundle))
  state.isListed = persisted.events.some(({stream}) => !bundle.streams.get(stream)?.neverLate)
  for (const {rule, version, keyValue, firings, lastSettledAlert} of persisted.judgement?.rules ?? []) {
    const running = runningRule(bundle, rule, version)
    if (running === undefined) continue
    const restored = firings.flatMap((firing) => restoreFiring(firing, running, state, bundle))
    if (state.firings === undefined) state.firings = new Map()
    state.firings.set(firingsKey(running, keyValue), {
      rule: running,
      keyValue,
      firings: restored,
      lastSettledAlert: lastSettledAlert ?? undefined,
    })
  }
  for (const decision of persisted.judgement?.decisions ?? []) restoreDecision(decision, state, bundle)
  return state
}

function restoreFiring(persisted: PersistedFiring, rule: Rule, state: KeyState, bundle: Bundle): Firing[] {
  const anchor = state.history.series(rule.form.anchorRank)?.find(persisted.anchor)
  if (anchor === undefined) return []
  const {alertId, fires, alerted, nextRevision} = persisted
  const match = restoreMatch(persisted, rule, state, bundle)
  return [{anchor, alertId, fires, alerted, nextRevision, match}]
}

function restoreMatch(
  {evidence, truncated, deadline}: PersistedFiring,
  rule: Rule,
  state: KeyState,
  bundle: Bundle,
): Match | undefined {
  if (evidence === null) return undefined
  return {
    truncated,
    deadline: deadline ?? undefined,
    evidence: evidence.flatMap(({slot, stream, id}) => {
      const rank = bundle.streams.get(stream)?.rank ?? -1
      const event = state.history.series(rank)?.find(id)
      return event === undefined ? [] : [{as: rule.form.names[slot] ?? '', slot, event}]
    }),
  }
}

function restoreDecision(persisted: PersistedDecision, state: KeyState, bundle: Bundle): void {
  const transaction = state.history.series(TRANSACTION_RANK)?.find(persisted.transaction)
  if (transaction === undefined) return
  const hits = persisted.hits.flatMap(({rule, version, alertId, reason}): RuleHit[] => {
    const running = runningRule(bundle, rule, version)
    return running === undefined ? [] : [{rule: running, alertId, reason}]
  })
  const {decision, revision} = persisted
  if (state.decisions === undefined) state.decisions = new Map()
  state.decisions.set(transaction.id, {transaction, decision, revision, hits})
}

function runningRule(bundle: Bundle, id: string, version: number): Rule | undefined {
  return bundle.rules.find((rule) => rule.id === id && rule.version === version)
}

/** What to keep of a key's judgement; null if there is nothing to keep. */
export function persistJudgement(state: KeyState): PersistedJudgement | null {
  const {firings, decisions} = state
  if (firings === undefined && decisions === undefined) return null
  return {
    rules: [...(firings?.values() ?? [])].map(persistFirings),
    decisions: [...(decisions?.values() ?? [])].map(persistDecision),
  }
}

function persistFirings({rule, keyValue, firings, lastSettledAlert}: RuleFirings): PersistedRuleFirings {
  return {
    rule: rule.id,
    version: rule.version,
    keyValue,
    lastSettledAlert: lastSettledAlert ?? null,
    firings: firings.map(({anchor, alertId, fires, alerted, nextRevision, match}) => ({
      anchor: anchor.id,
      alertId,
      alerted,
      nextRevision,
      truncated: match?.truncated ?? false,
      fires,
      deadline: match?.deadline ?? null,
      evidence: match?.evidence.map(({slot, event}) => ({slot, stream: event.stream, id: event.id})) ?? null,
    })),
  }
}

function persistDecision({transaction, decision, revision, hits}: DecisionState): PersistedDecision {
  return {
    transaction: transaction.id,
    decision,
    revision,
    hits: hits.map(({rule, alertId, reason}) => ({rule: rule.id, version: rule.version, alertId, reason})),
  }
}
