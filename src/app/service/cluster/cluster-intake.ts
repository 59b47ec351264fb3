import {
  IntakeSaturatedError,
  type IntakeService,
  type SubmitResult,
} from '../../../adapters/http/intake-service.js'
import {partitionOf} from '../../../adapters/kafka/partition-of.js'
import {SendingOverloadedError} from '../../../adapters/kafka/record-sender.js'
import type {Bundle} from '../../../core/bundle/bundle.js'
import {decoderOf} from '../../../core/bundle/decoder-of.js'
import {type DecodedEvent, isRefusal, parseJson, type Refusal} from '../../../core/event/decode.js'
import type {WallTime} from '../../../core/event/time.js'
import type {Clock} from '../../../engine/port/clock.js'
import {isReserved} from '../../../engine/port/control-record.js'
import type {EventIntake, IntakeRecord} from '../../../engine/port/event-intake.js'
import {screen} from '../screen.js'
import {toSubmitResult} from '../submit-result.js'
import {type ReplyKind, replyAddressText} from './edge/reply-address.js'
import type {ReplyBoard} from './edge/reply-board.js'

export interface ClusterIntakeParts {
  readonly intake: EventIntake
  readonly partitions: number
  /** By which inputs are looked at before they are put on the log. */
  readonly bundle: () => Bundle
  readonly clock: Clock
  readonly board: ReplyBoard
  /** Of this process, for those who answer. */
  readonly address: string
}

/** So long it is waited for what becomes of events: whoever has their partitions may be far behind, or changing. */
const FATE_LIMIT_MS = 1_000
/** Longer than anybody waits for a decision: what was answered in its place is remembered so long. */
const DECISION_LIMIT_MS = 60_000

/** An input with the partition where it belongs, and what is known of it before it is on the log. */
interface Placed {
  readonly partition: number
  readonly record: IntakeRecord
  readonly result: SubmitResult
}

const utf8 = new TextDecoder()

/**
 * Takes inputs that come over HTTP and puts them on the log, each in the partition of its user. Whoever owns the partition
 * judges them, and tells what became of each. Of those of which nothing is heard in time it is said that they are accepted:
 * they are durable on the log.
 */
export class ClusterIntake implements IntakeService {
  private turn = 0
  private isOverloaded = false

  constructor(private readonly parts: ClusterIntakeParts) {}

  get saturated(): boolean {
    return this.isOverloaded
  }

  submit(stream: string, inputs: readonly Uint8Array[]): Promise<readonly SubmitResult[]> {
    return this.take(stream, inputs, 'fate', FATE_LIMIT_MS)
  }

  /** Transactions whose decision is waited for. */
  submitWaiting(stream: string, inputs: readonly Uint8Array[]): Promise<readonly SubmitResult[]> {
    return this.take(stream, inputs, 'decision', DECISION_LIMIT_MS)
  }

  private async take(
    stream: string,
    inputs: readonly Uint8Array[],
    kind: ReplyKind,
    limitMs: number,
  ): Promise<readonly SubmitResult[]> {
    const {board, address, clock} = this.parts
    const arrivedAt = clock.now()
    const placed = inputs.map((bytes) => this.place(stream, bytes, arrivedAt))
    const request = board.open()
    const byPartition = new Map<number, IntakeRecord[]>()
    for (const [index, {partition, record, result}] of placed.entries()) {
      // What is refused is known; nobody need tell.
      const replyTo =
        result.status === 'accepted'
          ? replyAddressText({process: address, kind, request: request.number, index})
          : undefined
      const records = byPartition.get(partition)
      if (records === undefined) byPartition.set(partition, [{...record, replyTo}])
      else records.push({...record, replyTo})
    }
    await this.append(byPartition).catch((error: unknown) => {
      request.close()
      throw error
    })
    const waited = placed.filter(({result}) => result.status === 'accepted').length
    const fates = await request.fates(waited, limitMs)
    return placed.map(({result}, index) => {
      const fate = fates.get(index)
      return fate === undefined ? result : toSubmitResult(fate)
    })
  }

  private async append(byPartition: ReadonlyMap<number, readonly IntakeRecord[]>): Promise<void> {
    try {
      const {intake} = this.parts
      await Promise.all([...byPartition].map(([partition, records]) => intake.append(partition, records)))
      this.isOverloaded = false
    } catch (error) {
      this.isOverloaded = error instanceof SendingOverloadedError
      throw this.isOverloaded ? new IntakeSaturatedError() : error
    }
  }

  private place(named: string, bytes: Uint8Array, ingestedAt: WallTime): Placed {
    // That stream is not for inputs: one that names it names none.
    const stream = isReserved(named) ? undefined : named
    const found = this.lookAt(stream, bytes)
    const key = isRefusal(found.outcome) ? undefined : found.outcome.key
    const {partitions} = this.parts
    const partition = key === undefined ? this.turn++ % partitions : partitionOf(key, partitions)
    const {keep, outcome} = found
    const refusal = isRefusal(outcome) && !keep ? outcome : undefined
    const record = {stream, bytes: keep ? bytes : undefined, refusal, ingestedAt, key}
    return {partition, record, result: resultOf(outcome)}
  }

  /** What an input is, and whether its bytes may be put on the log. */
  private lookAt(
    stream: string | undefined,
    bytes: Uint8Array,
  ): {readonly outcome: DecodedEvent | Refusal; readonly keep: boolean} {
    const bundle = this.parts.bundle()
    const decode = decoderOf(bundle)
    const {eventLimit} = bundle.settings.intake
    if (bytes.length > eventLimit) return {outcome: tooLarge(bytes.length, eventLimit), keep: false}
    const mustGo = screen(stream, bytes, decode)
    if (mustGo !== undefined) return {outcome: mustGo, keep: false}
    const text = utf8.decode(bytes)
    const parsed = parseJson(text)
    return {outcome: 'reason' in parsed ? parsed : decode(stream, parsed.value, text), keep: true}
  }
}

function tooLarge(length: number, limit: number): Refusal {
  const detail = `the event has ${length} bytes, the limit is ${limit}; send less, or raise event_limit`
  return {reason: 'too_large', detail}
}

function resultOf(outcome: DecodedEvent | Refusal): SubmitResult {
  return isRefusal(outcome)
    ? {status: 'dead_lettered', code: outcome.reason, detail: outcome.detail}
    : {status: 'accepted'}
}
