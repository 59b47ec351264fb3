import type {Activation} from '../../core/bundle/activation.js'
import type {AlertChange} from '../../core/case/alert-change.js'
import type {CaseChange} from '../../core/case/case-change.js'
import type {DecodedEvent, Refusal} from '../../core/event/decode.js'
import type {WallTime} from '../../core/event/time.js'
import type {ErasedInput} from '../../core/forgetting/erased-input.js'
import type {Tombstone} from '../../core/forgetting/tombstone.js'
import type {ReceivedParcel} from './parcel.js'

/**
 * Where the reading of a partition's topics stands, where one partition is fed by several: the next offset of each
 * topic's partition, under `<topic>/<partition>`.
 */
export interface Positions {
  readonly [topicPartition: string]: number
}

/** Where a record stands on the log, if that is not its stream and the place in its partition. */
export interface RecordOrigin {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** One input as it came from the log. */
export interface InputRecord {
  /** The stream it was sent to; undefined if none was named. */
  readonly stream: string | undefined
  /** Place in its partition; grows by at least one. */
  readonly offset: number
  /** When it entered Tripline. The same at every reading, so that a repeated reading gives the same result. */
  readonly ingestedAt: WallTime
  /** Its bytes, as they came; undefined if they held a card number and were not kept, or were too many. */
  readonly bytes: Uint8Array | undefined
  /** What the input was found to be, where that was known before it was put on the log (or on the way from it). */
  readonly outcome: DecodedEvent | Refusal | undefined
  /** What is left of it, where its user was forgotten: all else about it is gone. */
  readonly erased?: ErasedInput | undefined
  /** How many times it was tried, this one included; 1 if absent. */
  readonly attempt?: number | undefined
  /** W3C Trace Context of whoever sent it, where traces are kept. No result depends on it. */
  readonly traceparent?: string | undefined
  /** Who waits for what becomes of it. No result depends on it. */
  readonly replyTo?: string | undefined
  /** For those who look for it on the log, such as the readers of dead letters. */
  readonly origin?: RecordOrigin | undefined
}

/** What one poll of a partition returned. Without records it only says how late it is. */
export interface InputBatch {
  readonly partition: number
  readonly records: readonly InputRecord[]
  /** A bundle comes into force here. Its record comes alone: such a batch has no others. */
  readonly control?: Activation | undefined
  /** A user is forgotten here. Its record comes alone, too. */
  readonly forget?: Tombstone | undefined
  /** Somebody did something with a case. Its record comes alone, so that what came before it is told apart from what follows. */
  readonly caseChange?: CaseChange | undefined
  /** The same with an alert. */
  readonly alertChange?: AlertChange | undefined
  /** What other partitions have for this one, in the order of the log; absent where they exchange nothing. */
  readonly parcels?: readonly ReceivedParcel[] | undefined
  /** Wall time up to which the partition was read: that of the poll if it reached the end, else the last record's arrival. */
  readonly polledAt: WallTime
  /** Offset at which the reading began, where the source can tell: one that skips or repeats records is refused. */
  readonly fromOffset?: number | undefined
  /** Offset to go on from. */
  readonly nextOffset: number
  /** Positions to go on from, where the partition has several topics: all of them, stored with the offset. */
  readonly positions?: Positions | undefined
}

/**
 * Where inputs come from. It is asked for the next batch only when the last one is committed, so that a slow engine
 * holds the source back.
 */
export interface EventSource {
  /** The partitions to read. */
  partitions(): readonly number[]
  /**
   * Goes on from an offset of a partition, and the positions that were stored with it. Called before the first `next`,
   * and after a restart.
   */
  seek(partition: number, offset: number, positions?: Positions): void
  /** The next batch. Waits for input, but not for ever: an empty batch tells the time. Undefined at the end of the input. */
  next(): Promise<InputBatch | undefined>
  /**
   * Reads again what stands before an offset of a partition, as far as it is still there: in pieces, the newest piece
   * first, each in the order of arrival. Absent where nothing is kept.
   */
  before?(partition: number, offset: number): AsyncIterable<readonly InputRecord[]>
}
