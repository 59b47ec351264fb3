import {isDeepStrictEqual} from 'node:util'
import type {KeptFiring} from '../../core/decision/kept-firings.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import type {EventTime} from '../../core/event/time.js'
import type {PersistedDecision, PersistedEvent, PersistedKey} from '../../engine/port/state-store.js'

/** What of a key's state can be compared: the rest may or may not have been dropped yet. */
export interface ComparableState {
  /** Whether an event is kept, whenever the key was last looked at. */
  isKept(event: PersistedEvent): boolean
  /** Whether what a rule with a lookahead (ms) says of an anchor is kept; without one, what any rule says. */
  isUnsettled(anchorTime: EventTime, lookahead?: number): boolean
}

/** What differs between the state of a key as it is stored and as it follows from the log, in words. */
export function compareKeys(
  stored: PersistedKey | undefined,
  recomputed: PersistedKey | undefined,
  comparable: ComparableState,
): readonly string[] {
  return [
    ...differences('event', eventsOf(stored, comparable), eventsOf(recomputed, comparable)),
    ...differences('finding', firingsOf(stored, comparable), firingsOf(recomputed, comparable)),
    ...decisionDifferences(stored, recomputed, comparable),
  ]
}

/** By name: what is held against what has the same name. */
export type Named = ReadonlyMap<string, unknown>

export function differences(kind: string, stored: Named, recomputed: Named): readonly string[] {
  const found: string[] = []
  for (const [name, value] of stored) {
    if (!recomputed.has(name)) found.push(`${kind} ${name} is stored and does not follow from the log`)
    else if (!isDeepStrictEqual(value, recomputed.get(name)))
      found.push(`${kind} ${name} is stored otherwise than it follows from the log`)
  }
  for (const name of recomputed.keys())
    if (!stored.has(name)) found.push(`${kind} ${name} follows from the log and is not stored`)
  return found
}

/** What an event is, fields that are missing left out. */
export function eventContent({contentHash, fields}: PersistedEvent): unknown {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  return {contentHash, fields: Object.fromEntries(present)}
}

function eventsOf(state: PersistedKey | undefined, comparable: ComparableState): Named {
  const kept = state?.events.filter((event) => comparable.isKept(event)) ?? []
  return new Map(kept.map((event) => [`${event.stream} ${event.id} at ${event.time}`, eventContent(event)]))
}

/** What rules found and wait for. Revisions are not part of it: they depend on what arrived together. */
function firingsOf(state: PersistedKey | undefined, comparable: ComparableState): Named {
  const found = new Map<string, unknown>()
  for (const {rule, version, keyValue, lookahead, firings} of state?.judgement?.rules ?? [])
    for (const firing of firings) {
      const stands = firing.fires || firing.deadline !== null
      if (stands && comparable.isUnsettled(firing.time, lookahead))
        found.set(`of rule ${rule} ${version} for ${firing.anchor} (${keyValue})`, firingContent(firing))
    }
  return found
}

function firingContent({nextRevision: _, ...content}: KeptFiring): unknown {
  return content
}

/**
 * A decision that no rule can change any more is forgotten when its key is next looked at, which is not at the same moment in
 * both: it may be missing in one, and is compared where both have it.
 */
function decisionDifferences(
  stored: PersistedKey | undefined,
  recomputed: PersistedKey | undefined,
  comparable: ComparableState,
): readonly string[] {
  const [one, other] = [decisionsOf(stored, comparable), decisionsOf(recomputed, comparable)]
  const heldAgainst = (decisions: TimedDecisions, others: TimedDecisions): Named =>
    new Map(
      [...decisions]
        .filter(([id, {time}]) => comparable.isUnsettled(time, 0) || others.has(id))
        .map(([id, {content}]) => [id, content]),
    )
  return differences('decision', heldAgainst(one, other), heldAgainst(other, one))
}

type TimedDecisions = ReadonlyMap<string, {readonly time: EventTime; readonly content: unknown}>

function decisionsOf(state: PersistedKey | undefined, comparable: ComparableState): TimedDecisions {
  const times = new Map(
    state?.events.flatMap(({stream, id, time}) => (stream === TRANSACTIONS ? [[id, time] as const] : [])),
  )
  const decisions = (state?.judgement?.decisions ?? []).flatMap((decision) => {
    const time = times.get(decision.transaction)
    if (time === undefined || !comparable.isUnsettled(time)) return []
    return [[decision.transaction, {time, content: decisionContent(decision)}] as const]
  })
  return new Map(decisions)
}

/** In which order rules hit is not part of it. */
function decisionContent({decision, hits}: PersistedDecision): unknown {
  const sorted = hits.map(({rule, alertId}) => JSON.stringify([rule.id, rule.version, alertId])).sort()
  return {decision, hits: sorted}
}
