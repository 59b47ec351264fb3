import type {DecisionRecord} from '../../core/decision/records.js'
import type {SubmitResult} from './intake-service.js'

/** A transaction's decision, or what became of it instead. */
export type DecisionAnswer =
  | {readonly decision: DecisionRecord}
  | {readonly refused: SubmitResult & {readonly status: 'dead_lettered'}}

/** Decides on transactions while somebody waits. */
export interface DecisionService {
  /**
   * Takes one transaction as the bytes that were sent and answers with its decision; after `deadlineMs` with the
   * policy's fallback, of which the decision then is a revision. Rejects with IntakeSaturatedError.
   */
  decide(transaction: Uint8Array, deadlineMs: number): Promise<DecisionAnswer>
}

/** Remembers for a day what was sent under which key. */
export interface IdempotencyKeys {
  /** Whether a request may go on: no other body was sent under its owner's key. `digest` stands for the body. */
  claim(owner: string, key: string, digest: string): Promise<boolean>
}
