import type {KafkaMessage} from 'kafkajs'
import type {WallTime} from '../../core/event/time.js'
import {OffsetOutOfRangeError} from './offset-out-of-range-error.js'
import type {InputTopic} from './topic-names.js'

/** What one fetch of a topic's partition returned. */
export interface FetchedRecords {
  /** Offset that was asked for. */
  readonly from: number
  /** First offset after those that were looked through: some hold no record, such as the markers of transactions. */
  readonly to: number
  /** Offset of the next record to be written, as the broker said with the answer. */
  readonly end: number
  readonly messages: readonly KafkaMessage[]
}

/** So much is read ahead of the engine. */
const RECORD_LIMIT = 4_096
const BYTE_LIMIT = 4 * 1024 * 1024
/** A record costs about so much beside its bytes. */
const RECORD_OVERHEAD = 100

/** What was read from one partition of one topic and not yet taken by the engine, in the order of the log. */
export class RecordQueue {
  /** `<topic>/<partition>` */
  readonly name: string
  /** Offset of the next record that is wanted from the broker; undefined until the reading begins. */
  wanted: number | undefined
  /** Offset of the next record that is wanted by the engine. */
  position = 0
  /** Offset of the first record that the topic's partition still held when the reading began. */
  oldest = 0
  private messages: KafkaMessage[] = []
  private head = 0
  private bytes = 0
  private end = 0
  /** When the broker was asked for the end that is known. */
  private endKnownAt = Number.NEGATIVE_INFINITY as WallTime

  constructor(
    readonly input: InputTopic,
    readonly partition: number,
    /** What stands at this offset, and after it, is not read. */
    private readonly limit = Number.POSITIVE_INFINITY,
  ) {
    this.name = `${input.topic}/${partition}`
  }

  /**
   * Begins at `position`, or at the first record that there is. Throws OffsetOutOfRangeError if what should be read is
   * not on the log.
   */
  begin(position: number | undefined, first: number, end: number, askedAt: WallTime): void {
    this.clear()
    if (position !== undefined && (position < first || position > end))
      throw new OffsetOutOfRangeError(position, this.input.topic, this.partition, first, end)
    this.oldest = first
    this.position = position ?? first
    this.wanted = this.position
    this.sawEnd(end, askedAt)
  }

  clear(): void {
    this.messages = []
    this.head = 0
    this.bytes = 0
    this.wanted = undefined
  }

  sawEnd(end: number, askedAt: WallTime): void {
    this.end = Math.min(end, this.limit)
    this.endKnownAt = askedAt
  }

  /** Takes what a fetch returned, as far as it is new. False: records between are missing, and must be read first. */
  offer({from, to, end, messages}: FetchedRecords): boolean {
    if (this.wanted === undefined || to <= this.wanted || this.wanted >= this.limit) return true
    if (from > this.wanted) return false
    for (const message of messages) {
      const offset = Number(message.offset)
      if (offset < this.wanted || offset >= this.limit) continue
      this.messages.push(message)
      this.bytes += sizeOf(message)
    }
    this.wanted = Math.min(to, this.limit)
    this.end = Math.max(this.end, Math.min(end, this.limit))
    return true
  }

  get first(): KafkaMessage | undefined {
    return this.messages[this.head]
  }

  take(): KafkaMessage {
    const message = this.messages[this.head++] as KafkaMessage
    this.bytes -= sizeOf(message)
    this.position = Number(message.offset) + 1
    if (this.head === this.messages.length) {
      this.messages = []
      this.head = 0
    } else if (this.head >= RECORD_LIMIT) {
      this.messages = this.messages.slice(this.head)
      this.head = 0
    }
    return message
  }

  /** There is more on the log, which has not come yet. */
  get isBehind(): boolean {
    return this.first === undefined && (this.wanted === undefined || this.wanted < this.end)
  }

  /** Up to when it is known that there is nothing more; undefined if there is. */
  get emptyAt(): WallTime | undefined {
    return this.first !== undefined || this.isBehind ? undefined : this.endKnownAt
  }

  /** On the log and not taken, as far as its end is known. */
  get unread(): number {
    return Math.max(0, this.end - this.position)
  }

  /** Nothing more is read. */
  get isExhausted(): boolean {
    // Not by the position: the last records before the limit may be compacted away.
    return this.first === undefined && this.wanted !== undefined && this.wanted >= this.limit
  }

  get isFull(): boolean {
    return this.messages.length - this.head >= RECORD_LIMIT || this.bytes >= BYTE_LIMIT
  }

  get isHalfEmpty(): boolean {
    return this.messages.length - this.head <= RECORD_LIMIT / 2 && this.bytes <= BYTE_LIMIT / 2
  }
}

export function sizeOf({value}: KafkaMessage): number {
  return RECORD_OVERHEAD + (value?.length ?? 0)
}
