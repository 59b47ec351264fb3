import {setTimeout as sleep} from 'node:timers/promises'
import type {DecisionAnswer, DecisionService} from '../../adapters/http/decision-service.js'
import type {SubmitResult} from '../../adapters/http/intake-service.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {decoderOf} from '../../core/bundle/decoder-of.js'
import {type FallbackCause, fallbackRecord} from '../../core/decision/fallback.js'
import type {DecisionRecord} from '../../core/decision/records.js'
import {type DecodedEvent, isRefusal, parseJson} from '../../core/event/decode.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import type {WallTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {DecisionWatch} from '../../engine/port/decision-watch.js'
import {Signal} from './signal.js'

export interface DecisionDeskParts {
  readonly bundle: () => Bundle
  /** Resolves when the inputs are durable, processed and published. */
  readonly submit: (stream: string, inputs: readonly Uint8Array[]) => Promise<readonly SubmitResult[]>
  /** The decision that was published about a user's transaction. */
  readonly published: (transactionId: string, userId: string) => Promise<DecisionRecord | undefined>
  readonly clock: Clock
  /**
   * Whether a fallback may be given, where other processes decide: false if one of them has begun to. From then on that one knows.
   * Absent where `hasFallback` is all that is asked.
   */
  readonly mayFallBack?: ((transaction: DecodedEvent) => Promise<boolean>) | undefined
}

/** A decision that is being reached elsewhere is waited for so much longer than the deadline. */
const GRACE_MS = 100

/** A transaction whose decision is waited for. */
interface Waiting {
  readonly event: DecodedEvent
  readonly arrivedAt: WallTime
  /** Those who wait: the same transaction may be sent twice at a time. */
  waiters: number
  /** The decision, once it is reached. */
  reached: DecisionRecord | undefined
  /** What was answered in its place. */
  fallback: DecisionRecord | undefined
  readonly isReached: Signal
  readonly isCommitted: Signal
}

const utf8 = new TextDecoder()

/** Where transactions are handed in by those who wait for the decision. They take the way of all events, over the log. */
export class DecisionDesk implements DecisionService, DecisionWatch {
  private readonly waiting = new Map<string, Waiting>()

  constructor(private readonly parts: DecisionDeskParts) {}

  async decide(bytes: Uint8Array, deadlineMs: number): Promise<DecisionAnswer> {
    const event = this.eventIn(bytes)
    // What is no event is on the log, too, so that it is accounted for.
    if (event === undefined) return refusalIn(await this.submit(bytes))
    const place = placeOf(event.key, event.id)
    const waiting = this.waiting.get(place) ?? this.begin(place, event)
    waiting.waiters++
    const told = this.submit(bytes).then((result) => this.answerTo(result, waiting))
    const done = () => this.leave(place, waiting)
    told.then(done, done)
    const committed = waiting.isCommitted.given.then(() => ({decision: waiting.reached as DecisionRecord}))
    const answered = Promise.race([told, committed])
    return firstOf(answered, deadlineMs, async () => ({decision: await this.atDeadline(waiting)}))
  }

  hasFallback(userId: string, transactionId: string): boolean {
    return this.waiting.get(placeOf(userId, transactionId))?.fallback !== undefined
  }

  reached(decisions: readonly DecisionRecord[]): void {
    if (this.waiting.size === 0) return
    for (const decision of decisions) {
      const waiting = this.waiting.get(placeOf(decision.user_id, decision.transaction_id))
      if (waiting === undefined) continue
      waiting.reached = decision
      waiting.isReached.give()
    }
  }

  /** What was reached about these transactions is durable: it can be answered before all the world is told. */
  committed(transactions: readonly Pick<DecisionRecord, 'user_id' | 'transaction_id'>[]): void {
    for (const {user_id, transaction_id} of transactions) {
      const waiting = this.waiting.get(placeOf(user_id, transaction_id))
      if (waiting?.reached !== undefined) waiting.isCommitted.give()
    }
  }

  /** Whether somebody waits here for the decision on a transaction. */
  isWaitedFor(userId: string, transactionId: string): boolean {
    return this.waiting.has(placeOf(userId, transactionId))
  }

  private begin(place: string, event: DecodedEvent): Waiting {
    const arrivedAt = this.parts.clock.now()
    const waiting: Waiting = {
      ...{event, arrivedAt, waiters: 0, reached: undefined, fallback: undefined},
      ...{isReached: new Signal(), isCommitted: new Signal()},
    }
    this.waiting.set(place, waiting)
    return waiting
  }

  private leave(place: string, waiting: Waiting): void {
    waiting.waiters--
    if (waiting.waiters === 0) this.waiting.delete(place)
  }

  private async submit(bytes: Uint8Array): Promise<SubmitResult> {
    const [result] = await this.parts.submit(TRANSACTIONS, [bytes])
    return result as SubmitResult
  }

  private async answerTo(result: SubmitResult, waiting: Waiting): Promise<DecisionAnswer> {
    const {event, reached} = waiting
    if (result.status === 'dead_lettered') return refusalIn(result)
    if (result.status === 'late') return {decision: this.fallback(waiting, 'late')}
    if (result.status === 'accepted' && reached !== undefined) return {decision: reached}
    const published = await this.parts.published(event.id, event.key)
    return {decision: published ?? this.fallback(waiting, 'expired')}
  }

  /** What is reached will be published, come what may: the log has the transaction, and would bring about the same. */
  private async atDeadline(waiting: Waiting): Promise<DecisionRecord> {
    if (waiting.reached !== undefined) return waiting.reached
    waiting.fallback ??= this.fallback(waiting, 'deadline')
    const {fallback, event} = waiting
    const {mayFallBack, published} = this.parts
    if (mayFallBack === undefined || (await mayFallBack(event))) return fallback
    // Another process is deciding at this moment, and numbers its decision as the first.
    waiting.fallback = undefined
    await Promise.race([waiting.isReached.given, sleep(GRACE_MS)])
    return waiting.reached ?? (await published(event.id, event.key)) ?? fallback
  }

  private fallback({event, arrivedAt}: Waiting, cause: FallbackCause): DecisionRecord {
    const {policy, rates, id: bundle} = this.parts.bundle()
    return fallbackRecord(event, {cause, policy, rates, bundle, arrivedAt, now: this.parts.clock.now()})
  }

  private eventIn(bytes: Uint8Array): DecodedEvent | undefined {
    const bundle = this.parts.bundle()
    if (bytes.length > bundle.settings.intake.eventLimit) return undefined
    const text = utf8.decode(bytes)
    const parsed = parseJson(text)
    const outcome = 'reason' in parsed ? parsed : decoderOf(bundle)(TRANSACTIONS, parsed.value, text)
    return isRefusal(outcome) ? undefined : outcome
  }
}

/** The answer if it comes in time, else another. */
function firstOf<T>(answer: Promise<T>, deadlineMs: number, atDeadline: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => atDeadline().then(resolve, reject), deadlineMs)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function refusalIn(result: SubmitResult): DecisionAnswer {
  return {refused: {...result, status: 'dead_lettered'}}
}

function placeOf(userId: string, transactionId: string): string {
  return JSON.stringify([userId, transactionId])
}
