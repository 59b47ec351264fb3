import type {AlertRecord, DecisionRecord} from '../../../../src/core/decision/records.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import {formatTime} from '../../../../src/core/event/time.js'

/** An alert of rule `r1` about transaction `t1` of user `u1`, but for what is said otherwise. */
export function alertWith(given: Partial<AlertRecord> = {}): AlertRecord {
  const anchor = given.anchor ?? {stream: 'transactions', id: 't1'}
  return {
    type: 'alert.opened',
    alert_id: 'a1',
    revision: 0,
    rule: {id: 'r1', version: 1},
    mode: 'live',
    severity: 'high',
    action: 'review',
    score: 50,
    key: {name: 'user_id', value: 'u1'},
    anchor,
    event_time: '2026-01-01T00:00:00.000Z',
    detected_at: '2026-01-01T00:00:00.000Z',
    events: [{as: 'tx', ...anchor, event_time: '2026-01-01T00:00:00.000Z'}],
    reason: 'why',
    clauses: [],
    flips: [],
    late: false,
    truncated: false,
    settled: true,
    bundle: 'b1',
    ...given,
  }
}

/** An alert of a rule about a transaction; `evidence` names the transactions of its evidence, the anchor if absent. */
export function alertOf(
  rule: string,
  anchor: string,
  {evidence = [anchor], mode = 'live'}: {evidence?: readonly string[]; mode?: 'live' | 'shadow'} = {},
): AlertRecord {
  return alertWith({
    rule: {id: rule, version: 1},
    mode,
    anchor: {stream: 'transactions', id: anchor},
    events: evidence.map((id) => ({
      as: 'tx',
      stream: 'transactions',
      id,
      event_time: '2026-01-01T00:00:00.000Z',
    })),
  })
}

export type Hit = DecisionRecord['rules'][number]

/** A live hit of a rule with the action, but for what is said otherwise. */
export function hitOf(id: string, action: Hit['action'] = 'review', given: Partial<Hit> = {}): Hit {
  return {id, version: 1, action, score: 50, mode: 'live', alert_id: `${id}-alert`, ...given}
}

export function decisionOf(
  transactionId: string,
  decision: DecisionRecord['decision'],
  rules: readonly Hit[] = [],
): DecisionRecord {
  return {
    transaction_id: transactionId,
    user_id: 'u1',
    decision,
    revision: 0,
    score: null,
    rules: [...rules],
    reasons: [],
    model: null,
    bundle: 'b1',
    degraded: ['model'],
    event_time: formatTime(0 as EventTime),
    decided_at: formatTime(0 as EventTime),
    latency_ms: 0,
  }
}
