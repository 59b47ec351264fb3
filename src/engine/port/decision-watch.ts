import type {DecisionRecord} from '../../core/decision/records.js'

/** Looks after those who wait for the decision on a transaction, and may have answered for themselves meanwhile. */
export interface DecisionWatch {
  /** Whether a fallback was given as the decision on a transaction: the engine's own is a revision of it. */
  hasFallback(userId: string, transactionId: string): boolean
  /** Hears of decisions once they are reached, and before they are committed: from here on no fallback is given. */
  reached(decisions: readonly DecisionRecord[]): void
}
