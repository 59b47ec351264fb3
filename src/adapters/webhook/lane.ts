import type {Clock} from '../../engine/port/clock.js'
import type {WebhookDelivery, WebhookStore, WebhookSubscription} from '../../engine/port/webhook-store.js'
import {afterAttempt} from './after-attempt.js'
import type {AttemptOutcome} from './post.js'
import type {Timers} from './timers.js'

export interface LaneParts {
  readonly store: WebhookStore
  readonly clock: Clock
  readonly timers: Timers
  /** From 0 to 1. */
  readonly random: () => number
  /** Requests under way to one receiver. */
  readonly concurrency: number
  /** No attempt takes longer. */
  readonly leaseMs: number
  readonly post: (subscription: WebhookSubscription, delivery: WebhookDelivery) => Promise<AttemptOutcome>
  /** Hears of every attempt once its outcome is stored. */
  readonly onAttempt: (delivery: WebhookDelivery, outcome: AttemptOutcome) => void
  /** The store failed. Nothing is lost; the lane tries again. */
  readonly onFailure: (error: Error) => void
}

/** After the store failed, the queue is looked at again so much later. */
const AFTER_FAILURE_MS = 5_000

/** The queue is looked at so often in any case: what another process had taken may have become free. */
const LOOK_EVERY_MS = 60_000

/** The longest that a receiver can make all its messages wait. */
const LONGEST_PAUSE_MS = 24 * 3_600_000

/**
 * The way of messages to one receiver. It has its own connections and its own timer, so that a receiver that is slow or
 * down holds up no other.
 */
export class Lane {
  private readonly inFlight = new Set<Promise<void>>()
  private looking = false
  private lookAgain = false
  private stopped = false
  private abandoned = false
  /** The receiver asked to be left alone until then. */
  private notBefore = 0
  private cancelTimer: () => void = () => undefined

  constructor(
    readonly id: string,
    private readonly parts: LaneParts,
  ) {}

  /** Looks at the queue: something may have become due. */
  wake(): void {
    if (this.stopped) return
    if (this.looking) {
      this.lookAgain = true
      return
    }
    this.looking = true
    this.cancelTimer()
    this.look()
      .catch((error: Error) => {
        this.parts.onFailure(error)
        this.wakeAfter(AFTER_FAILURE_MS)
      })
      .finally(() => {
        this.looking = false
        if (!this.lookAgain) return
        this.lookAgain = false
        this.wake()
      })
  }

  /** Sends what is due, as far as there is room, and sets the timer for what is due next. */
  private async look(): Promise<void> {
    const {store, clock, concurrency, leaseMs} = this.parts
    const room = concurrency - this.inFlight.size
    if (room <= 0) return
    const subscription = await store.subscription(this.id)
    if (subscription === undefined) return
    if (!subscription.enabled) return this.wakeAfter(LOOK_EVERY_MS)
    const now = clock.now()
    if (now < this.notBefore) {
      // Whoever else shares the queue would not know of the pause: it stays with this one.
      await store.claim(this.id, now, 0, leaseMs)
      return this.wakeAfter(Math.min(this.notBefore - now, leaseMs / 3))
    }
    const {deliveries, nextDueAt} = await store.claim(this.id, now, room, leaseMs)
    if (this.stopped) return
    for (const delivery of deliveries) this.begin(subscription, delivery)
    // With no room left, the next attempt that ends looks again.
    this.wakeAfter(deliveries.length < room ? (nextDueAt ?? Number.POSITIVE_INFINITY) - now : LOOK_EVERY_MS)
  }

  private begin(subscription: WebhookSubscription, delivery: WebhookDelivery): void {
    const attempt: Promise<void> = this.attempt(subscription, delivery)
      .catch(this.parts.onFailure)
      .finally(() => {
        this.inFlight.delete(attempt)
        this.wake()
      })
    this.inFlight.add(attempt)
  }

  private async attempt(subscription: WebhookSubscription, delivery: WebhookDelivery): Promise<void> {
    const {store, random, post, onAttempt} = this.parts
    const outcome = await post(subscription, delivery)
    if (this.abandoned) return
    const after = afterAttempt(delivery, outcome, random())
    if (outcome.error === 'gone') await this.disable(subscription)
    if (outcome.retryAfterMs !== undefined) {
      const pause = Math.min(outcome.retryAfterMs, LONGEST_PAUSE_MS)
      this.notBefore = Math.max(this.notBefore, outcome.at + outcome.durationMs + pause)
    }
    await store.save(after)
    onAttempt(after, outcome)
  }

  /** The receiver said that it will never be back. Another one that was named meanwhile did not. */
  private async disable({url}: WebhookSubscription): Promise<void> {
    await this.parts.store.changeSubscription(this.id, (now) =>
      now.url === url ? {...now, enabled: false, disabledBecause: 'gone'} : now,
    )
  }

  private wakeAfter(ms: number): void {
    this.cancelTimer()
    const wait = Math.min(Math.max(0, ms), LOOK_EVERY_MS)
    if (!this.stopped) this.cancelTimer = this.parts.timers.after(wait, () => this.wake())
  }

  /** The receiver may be another one now: what the last one asked for does not hold any more. */
  unpause(): void {
    this.notBefore = 0
    this.wake()
  }

  /** Begins nothing more; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true
    this.cancelTimer()
    await Promise.all(this.inFlight)
  }

  /** What is under way is not waited for: whether it arrived is not known, so it will be sent again. */
  abandon(): void {
    this.stopped = true
    this.abandoned = true
    this.cancelTimer()
  }
}
