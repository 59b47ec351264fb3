import type {Refusal} from '../../core/event/decode.js'
import type {WallTime} from '../../core/event/time.js'

/** An input on its way to the log. */
export interface IntakeRecord {
  /** The stream it was sent to. */
  readonly stream: string | undefined
  /** Its bytes; undefined if they hold a card number, which must not be stored. */
  readonly bytes: Uint8Array | undefined
  /** Why it is refused, if that is known already; it goes on the log to be accounted for. */
  readonly refusal: Refusal | undefined
  readonly ingestedAt: WallTime
  /** W3C Trace Context of whoever sent it, where traces are kept. */
  readonly traceparent?: string | undefined
  /** Who waits for what becomes of it. */
  readonly replyTo?: string | undefined
  /** The key by which its stream is partitioned, if it is known. */
  readonly key?: string | undefined
  /** How many times it was tried, this one included; 1 if absent. */
  readonly attempt?: number | undefined
}

/** Where inputs are put on the log. */
export interface EventIntake {
  /** Appends the records in order. Resolves with their offsets when all of them are durable: a crash loses none. */
  append(partition: number, records: readonly IntakeRecord[]): Promise<readonly number[]>
}
