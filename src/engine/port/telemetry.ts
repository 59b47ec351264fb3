import type {AlertRecord} from '../../core/decision/records.js'
import type {AcceptedEvent, MatchedBatch} from '../operator/batch.js'
import type {AlertTraces} from './state-store.js'

/** An alert and what brought it about; undefined if that was time alone, or a rule that looked back. */
export interface CausedAlert {
  readonly alert: AlertRecord
  readonly cause: AcceptedEvent | undefined
}

/** Follows batches. Asked once for each, when all of it is decided and nothing is committed. Never throws. */
export interface BatchTracing {
  /** Gives the trace contexts that the alerts take along. */
  decided(batch: MatchedBatch, alerts: readonly CausedAlert[]): AlertTraces | undefined
}

/** Measures how long batches are in a step. Asked twice for each. Never throws. */
export interface StepWatch<T> {
  /** Milliseconds since any moment; never goes back. */
  now(): number
  done(batch: T, ms: number): void
}
