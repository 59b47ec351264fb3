import type {DecodedEvent} from '../event/decode.js'
import {type Rates, usdPer} from '../event/rates.js'
import {formatTime, type WallTime} from '../event/time.js'
import type {Decision, Policy} from './policy.js'
import type {DecisionRecord} from './records.js'

/** Why the policy's fallback answers: the deadline passed, the transaction came too late, its decision is not kept any more. */
export type FallbackCause = 'deadline' | 'late' | 'expired'

const WORDS: {readonly [Cause in FallbackCause]: string} = {
  deadline: 'No decision was reached before the deadline',
  late: 'The transaction came too late to be decided on',
  expired: 'The decision on this transaction is not kept any more',
}

export interface FallbackCircumstances {
  readonly cause: FallbackCause
  readonly policy: Policy
  readonly rates: Rates
  readonly bundle: string
  readonly arrivedAt: WallTime
  readonly now: WallTime
}

/** What is answered about a transaction of which nothing is known: what the policy says. */
export function fallbackRecord(
  {id, key, time, wire}: DecodedEvent,
  {cause, policy, rates, bundle, arrivedAt, now}: FallbackCircumstances,
): DecisionRecord {
  const rate = usdPer(rates, (wire.currency as string | null | undefined) ?? 'USD', time)
  const decision = fallbackDecision(policy, rate === undefined ? undefined : (wire.amount as number) * rate)
  const reason = {
    code: 'FALLBACK',
    text: `${WORDS[cause]}; the policy's fallback is to ${decision}`,
    weight: 1,
  }
  return {
    transaction_id: id,
    user_id: key,
    decision,
    revision: 0,
    score: null,
    rules: [],
    reasons: decision === 'approve' ? [] : [reason],
    model: null,
    bundle,
    degraded: [cause],
    event_time: formatTime(time),
    decided_at: formatTime(now),
    latency_ms: Math.max(0, now - arrivedAt),
  }
}

/** `amountUsd` is undefined for a currency without a rate: it may then be over any amount. */
export function fallbackDecision({fallback}: Policy, amountUsd: number | undefined): Decision {
  const {decision, review_over: limit} = fallback
  const isOver = limit !== undefined && (amountUsd === undefined || amountUsd > limit)
  return isOver && decision === 'approve' ? 'review' : decision
}
