import {map, type OperatorFunction} from 'rxjs'
import {type Verdict, verdictOf} from '../../core/case/verdict.js'
import type {KeyState} from '../../core/decision/key-state.js'
import {textHoldsCardNumber} from '../../core/event/card-number.js'
import type {DeadLetter} from '../../core/event/dead-letter.js'
import {type DecodedEvent, isRefusal, type Refusal, rawForDeadLetter} from '../../core/event/decode.js'
import {usdPer} from '../../core/event/rates.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {FEEDBACK, TRANSACTION_RANK, TRANSACTIONS} from '../../core/event/stream.js'
import type {EventTime, WallTime} from '../../core/event/time.js'
import {withTransaction} from '../../core/feature/feedback-join.js'
import type {ErasedInput} from '../../core/forgetting/erased-input.js'
import {book, type Fate, UNKNOWN_STREAM} from '../../core/ledger/ledger.js'
import {
  advanceWatermark,
  isFromTheFuture,
  isLate,
  observeAccepted,
  observeRecord,
  observeSilence,
} from '../../core/watermark/watermark.js'
import type {InputRecord} from '../port/event-source.js'
import type {LateInput} from '../port/state-store.js'
import type {Partition} from '../stage/partition.js'
import type {AcceptedEvent, AdmittedBatch, LoadedBatch, RecordFate} from './batch.js'

const ACCEPTED: RecordFate = {fate: 'accepted', refusal: undefined}
const DUPLICATE: RecordFate = {fate: 'duplicate', refusal: undefined}
const LATE: RecordFate = {fate: 'late', refusal: undefined}

const utf8 = new TextDecoder()

/**
 * Says what becomes of each record, in the order of arrival: future, duplicate, late, or accepted. Assigns
 * timestamps, moves the watermark after each record, and books every record in the ledger.
 */
export function admit(): OperatorFunction<LoadedBatch, AdmittedBatch> {
  return map((batch) => new Admission(batch).run())
}

class Admission {
  private readonly fates: RecordFate[] = []
  private readonly accepted: AcceptedEvent[] = []
  private readonly deadLetters: DeadLetter[] = []
  private readonly late: LateInput[] = []
  private readonly verdicts: Verdict[] = []
  /** Profiles accepted in this batch, which are not in the table yet. */
  private readonly newProfiles = new Map<string, StoredEvent>()
  private readonly partition: Partition

  constructor(private readonly batch: LoadedBatch) {
    this.partition = batch.partition
  }

  run(): AdmittedBatch {
    const {input, outcomes} = this.batch
    const settings = this.partition.bundle.settings.time
    for (let i = 0; i < outcomes.length; i++) {
      const record = input.records[i] as InputRecord
      const outcome = outcomes[i] as DecodedEvent | Refusal
      const time = this.partition.timeAt(record.ingestedAt)
      const {erased} = record
      const fate = isRefusal(outcome)
        ? (erasedFate(erased) ?? refused(outcome))
        : this.judge(outcome, record, this.batch.states[i])
      const known = record.stream !== undefined && this.partition.bundle.streams.has(record.stream)
      const stream = known ? (record.stream as string) : UNKNOWN_STREAM
      this.fates.push(fate)
      book(this.partition.ledger, stream, fate.fate)
      if (fate.refusal !== undefined)
        this.deadLetters.push(this.deadLetter(record, fate.refusal, isRefusal(outcome)))
      observeRecord(time, stream, record.ingestedAt)
      const acceptedAt = isRefusal(outcome) ? erased?.time : outcome.time
      if (fate.fate === 'accepted' && acceptedAt != null) observeAccepted(time, stream, acceptedAt)
      advanceWatermark(time, settings)
    }
    // The time of a poll never moves the watermark: no second reading would repeat it, and what is late must not depend on it.
    const {time} = this.partition
    if (outcomes.length === 0 && time !== undefined) observeSilence(time, input.polledAt, settings)
    this.partition.shared.exchange?.observe(outcomes.length, time, input.polledAt, settings)
    this.partition.offset = input.nextOffset
    this.partition.positions = input.positions ?? this.partition.positions
    return {
      ...this.batch,
      fates: this.fates,
      accepted: this.accepted,
      deadLetters: this.deadLetters,
      late: this.late,
      verdicts: this.verdicts,
    }
  }

  private judge(event: DecodedEvent, record: InputRecord, state: KeyState | undefined): RecordFate {
    const {partition} = this
    const settings = partition.bundle.settings.time
    if (!event.stream.neverLate && isFromTheFuture(event.time, record.ingestedAt, settings)) {
      return refused(fromTheFuture(event.time, record.ingestedAt, settings.maxFutureSkew))
    }
    const known = this.find(event, state)
    const {watermark} = partition
    if (known !== undefined && (event.stream.neverLate || this.isRemembered(known.time))) {
      return known.contentHash === event.contentHash ? DUPLICATE : refused(idConflict(event))
    }
    const late = isLate(event.time, watermark, settings) || event.time <= partition.lateUpTo
    if (!event.stream.neverLate && late) {
      if (record.bytes !== undefined)
        this.late.push({stream: event.stream.name, offset: record.offset, bytes: record.bytes})
      return LATE
    }
    this.accept(event, state, record)
    return ACCEPTED
  }

  /** Whether ids of events of this time are known for certain: further back it depends on when which key was looked at. */
  private isRemembered(time: EventTime): boolean {
    const {watermark, bundle, running} = this.partition
    return time > watermark - bundle.settings.time.dedupRetention && time >= running.historyFrom
  }

  /** The accepted event with the same id, of this batch or from before. */
  private find(
    {stream, key, id}: DecodedEvent,
    state: KeyState | undefined,
  ): {time: EventTime; contentHash: number} | undefined {
    if (state === undefined) return this.newProfiles.get(id) ?? this.partition.shared.merchants.find(key, id)
    for (const event of state.pending) if (event.id === id && event.stream === stream.name) return event
    return state.history.find(stream.name, stream.rank, id)
  }

  private accept(
    decoded: DecodedEvent,
    state: KeyState | undefined,
    {ingestedAt, traceparent}: InputRecord,
  ): void {
    const event = this.toStored(decoded, state)
    if (decoded.stream.name === FEEDBACK) this.verdicts.push(verdictOf(decoded))
    if (state === undefined) this.newProfiles.set(event.id, event)
    else state.pending = state.pending.length === 0 ? [event] : [...state.pending, event]
    const {lateUpTo, resolvedUpTo} = this.partition
    this.accepted.push({event, state, ingestedAt, traceparent, settledUpTo: lateUpTo, resolvedUpTo})
  }

  /** The event reduced to the fields in use, with the predicates that it satisfies by itself. */
  private toStored(
    {stream, id, time, contentHash, wire}: DecodedEvent,
    state: KeyState | undefined,
  ): StoredEvent {
    const {bundle} = this.partition
    const project = bundle.projections.get(stream.name)
    const derived =
      stream.name === TRANSACTIONS ? this.amountUsd(wire.amount, wire.currency, time) : undefined
    let fields = project?.(wire, derived) ?? {}
    if (stream.name === FEEDBACK && bundle.features.feedbackHorizon > 0 && state !== undefined) {
      const transaction = transactionOf(fields.transaction_id, state)
      fields = withTransaction(fields, transaction, time, bundle.features.feedbackHorizon)
    }
    const event = {
      stream: stream.name,
      rank: stream.rank,
      time,
      id,
      contentHash,
      fields,
      predicates: NO_PREDICATES,
    }
    const predicates = bundle.predicates.get(stream.name)
    if (predicates !== undefined) event.predicates = predicates.evaluate(event, this.countMissing)
    return event
  }

  private readonly countMissing = (rule: number): void => {
    const counts = this.partition.counters[rule]
    if (counts !== undefined) counts.missing_input++
  }

  private amountUsd(amount: unknown, currency: unknown, time: EventTime): number | undefined {
    const {bundle} = this.partition
    const rate = usdPer(bundle.rates, (currency as string | null | undefined) ?? 'USD', time)
    if (rate === undefined) {
      this.partition.unknownCurrencies++
      return undefined
    }
    return (amount as number) * rate
  }

  private deadLetter(record: InputRecord, refusal: Refusal, whileDecoding: boolean): DeadLetter {
    const {bytes} = record
    const topic =
      record.stream === undefined || textHoldsCardNumber(record.stream) ? UNKNOWN_STREAM : record.stream
    return {
      reason: refusal.reason,
      detail: refusal.detail,
      origin: record.origin ?? {topic, partition: this.partition.number, offset: record.offset},
      stage: whileDecoding ? 'decode' : 'admit',
      attempt: record.attempt ?? 1,
      raw: bytes === undefined ? null : rawForDeadLetter(bytes, utf8.decode(bytes)),
    }
  }
}

const NO_PREDICATES: readonly number[] = []

/** An input whose user was forgotten counts as it did before. */
function erasedFate(erased: ErasedInput | undefined): RecordFate | undefined {
  return erased === undefined ? undefined : {fate: erased.fate, refusal: undefined}
}

function refused(refusal: Refusal): RecordFate {
  return {fate: 'dead_lettered' satisfies Fate, refusal}
}

function fromTheFuture(time: EventTime, ingestedAt: WallTime, allowed: number): Refusal {
  const ahead = Math.round((time - ingestedAt) / 1000)
  return {
    reason: 'future_event_time',
    detail: `event_time is ${ahead} s ahead of its arrival, ${allowed / 1000} s are allowed; set the producer's clock right`,
  }
}

function idConflict({stream, key}: DecodedEvent): Refusal {
  return {
    reason: 'id_conflict',
    detail: `the ${stream.keyField} ${JSON.stringify(key)} has an accepted event of ${stream.name} with this id and other content; give each event its own id`,
  }
}

/** The transaction that feedback is about, of this batch or from before. */
function transactionOf(id: unknown, {history, pending}: KeyState): StoredEvent | undefined {
  if (typeof id !== 'string') return undefined
  const arrived = pending.find((event) => event.id === id && event.stream === TRANSACTIONS)
  return arrived ?? history.series(TRANSACTION_RANK)?.find(id)
}
