import type {AlertStatus, AlertView} from '../../core/case/alert-view.js'
import type {Verdict} from '../../core/case/verdict.js'
import type {DecisionRecord} from '../../core/decision/records.js'
import type {DeadLetter} from '../../core/event/dead-letter.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'

export type {AlertStatus, AlertView}

/** Which alerts to list; what is left out does not narrow. */
export interface AlertFilter {
  readonly status?: AlertStatus | undefined
  readonly rule?: string | undefined
  readonly severity?: string | undefined
  readonly mode?: string | undefined
  readonly user?: string | undefined
  /** Who is to look at it. */
  readonly assignee?: string | undefined
  /** Event time in ms, inclusive. */
  readonly from?: number | undefined
  /** Event time in ms, exclusive. */
  readonly to?: number | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Give it back to get what follows; undefined at the end. */
  readonly cursor: string | undefined
}

/** A dead letter with its place among the dead letters. */
export interface StoredDeadLetter {
  /** `<partition>-<offset>` of its origin: the same however often it is published. */
  readonly id: string
  readonly letter: DeadLetter
  /** How many times it was replayed. */
  readonly replays: number
}

/** What has been published, for those who ask. */
export interface ReadModel {
  /** Alerts with the newest event time first. Rejects with InvalidCursorError for a cursor it did not give. */
  alerts(filter: AlertFilter, limit: number, cursor: string | undefined): Promise<Page<AlertView>>
  alert(id: string): Promise<AlertView | undefined>
  /**
   * The highest revision of a transaction's decision. Users may use the same id: without `userId`, the decision about
   * the newest of these transactions.
   */
  decision(transactionId: string, userId?: string): Promise<DecisionRecord | undefined>
  /** Dead letters in the order of their origin. */
  deadLetters(
    reason: string | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<StoredDeadLetter>>
  deadLetter(id: string): Promise<StoredDeadLetter | undefined>
}

/** Verdicts that were published, for those who ask. */
export interface VerdictReader {
  /** By the id of its feedback event and its user. */
  verdict(feedbackId: string, userId: string): Promise<Verdict | undefined>
}

/** The feature log, for those who ask. */
export interface FeatureLogReader {
  /**
   * A transaction's features as they were served when it came. Users may use the same id: without `userId`, those of the
   * newest of these transactions. Undefined if none were logged.
   */
  featuresOf(transactionId: string, userId?: string): Promise<FeatureRecord | undefined>
}

export class InvalidCursorError extends Error {
  constructor() {
    super('the cursor is not one that was given out; leave it out to begin anew')
    this.name = 'InvalidCursorError'
  }
}
