import type {DecisionRecord} from '../../core/decision/records.js'

/** A transaction of a batch that somebody waits for. */
export interface WaitedInput {
  readonly userId: string
  readonly transactionId: string
  readonly replyTo: string
}

/** Looks after those who wait for the decision on a transaction, and may have answered for themselves meanwhile. */
export interface DecisionWatch {
  /**
   * Finds out, where that takes a question to others, for which transactions of a batch a fallback was given: these are
   * about to be decided on. Absent where `hasFallback` knows.
   */
  beginning?(waited: readonly WaitedInput[]): Promise<void>
  /** Whether a fallback was given as the decision on a transaction: the engine's own is a revision of it. */
  hasFallback(userId: string, transactionId: string): boolean
  /** Hears of decisions once they are reached, and before they are committed: from here on no fallback is given. */
  reached(decisions: readonly DecisionRecord[]): void
  /** Hears of the same decisions once they are durable: they can be answered before all the world is told. */
  committed(decisions: readonly DecisionRecord[]): void
}
