import type {EventTime} from '../event/time.js'

/**
 * What one rule said about a key's unsettled anchors, as plain data: the form in which it is stored, and all that is
 * left of it while the rule does not run.
 */
export interface KeptFirings {
  readonly rule: string
  readonly version: number
  readonly keyValue: string
  /** So long (ms) after an anchor, an event can change what the rule says of it. */
  readonly lookahead: number
  /** In ms; null if the rule has none. */
  readonly cooldown: number | null
  readonly lastSettledAlert: EventTime | null
  /** In the total order of their anchors. */
  readonly firings: readonly KeptFiring[]
}

export interface KeptFiring {
  readonly anchor: string
  readonly time: EventTime
  readonly alertId: string
  readonly alerted: boolean
  readonly nextRevision: number
  readonly truncated: boolean
  /** Whether the rule fires; false while it waits for its deadline. */
  readonly fires: boolean
  /** Null if it has none. */
  readonly deadline: EventTime | null
  /** Null once the rule no longer fires for the anchor. */
  readonly evidence: readonly KeptEvidence[] | CondensedEvidence | null
}

export interface KeptEvidence {
  readonly slot: number
  readonly stream: string
  readonly id: string
}

/** Of a firing whose alert does not stand. */
export interface CondensedEvidence {
  readonly size: number
  readonly fingerprint: number
  readonly last: {readonly stream: string; readonly id: string} | null
}

/**
 * What is left once events up to `lateUpTo` are late: anchors that never change again are forgotten, but for what a
 * cooldown needs of them. Undefined if that is nothing; the same object if nothing was forgotten.
 */
export function keptAfter(kept: KeptFirings, lateUpTo: EventTime): KeptFirings | undefined {
  const settled = lateUpTo - kept.lookahead
  const firings = kept.firings.filter(({time}) => time > settled)
  const last = kept.firings.findLast(({time, alerted}) => alerted && time <= settled)
  const lastSettledAlert = last?.time ?? kept.lastSettledAlert
  const cooled = lastSettledAlert === null || lastSettledAlert + (kept.cooldown ?? 0) <= settled
  if (firings.length === 0 && cooled) return undefined
  return firings.length === kept.firings.length ? kept : {...kept, firings, lastSettledAlert}
}
