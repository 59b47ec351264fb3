import type {Action} from '../rule/rule.js'

export type Decision = 'approve' | 'review' | 'decline'

/**
 * Which transactions are treated otherwise than the model and the rules ask, so that something becomes known about those of
 * their kind: whoever declines a transaction never hears whether it was fraud, nobody looks at one that is approved.
 */
export interface ControlSample {
  /** How many of all transactions, 0..1. */
  readonly share: number
  /** Another seed takes others. */
  readonly seed: number
}

/** How rule hits and the model's score become a decision. */
export interface Policy {
  readonly version: number
  /** Scores from which the model counts as a review or decline hit; 0..1. */
  readonly model: {readonly review: number; readonly decline: number}
  /** What is treated otherwise than asked, to learn from; absent: nothing is. */
  readonly control_sample?: ControlSample | undefined
  /** What to answer when the deadline passes with nothing known. */
  readonly fallback: {readonly decision: Decision; readonly review_over?: number | undefined}
}

export const DEFAULT_POLICY: Policy = {
  version: 1,
  model: {review: 0.8, decline: 0.97},
  fallback: {decision: 'approve'},
}

/** One live rule that fires for the transaction. */
export interface PolicyHit {
  readonly action: Action
  readonly score: number
}

/**
 * An approve rule wins unless a decline rule with a higher score fires; then decline, then review, else approve.
 */
export function decide(hits: readonly PolicyHit[]): Decision {
  let approve = 0
  let decline = 0
  let review = false
  for (const {action, score} of hits) {
    if (action === 'approve') approve = Math.max(approve, score)
    else if (action === 'decline') decline = Math.max(decline, score)
    else review = true
  }
  if (approve > 0 && decline <= approve) return 'approve'
  if (decline > 0) return 'decline'
  return review ? 'review' : 'approve'
}
