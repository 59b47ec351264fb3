import type {RuleFile} from './shapes.js'

export type Verdict = 'approve' | 'review' | 'decline'

/**
 * The decision that a transaction's live rule hits give, without a model: an approve rule wins unless a
 * decline rule with a higher score fires; then decline; then review; else approve.
 */
export function decide(hits: readonly Pick<RuleFile, 'action' | 'score'>[]): Verdict {
  const best = (action: Verdict): number =>
    Math.max(0, ...hits.filter((hit) => hit.action === action).map((hit) => hit.score))
  const [approve, decline, review] = [best('approve'), best('decline'), best('review')]
  if (approve > 0 && decline <= approve) return 'approve'
  if (decline > 0) return 'decline'
  return review > 0 ? 'review' : 'approve'
}
