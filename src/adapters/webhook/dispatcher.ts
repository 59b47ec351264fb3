import type {Agent} from 'undici'
import type {Clock} from '../../engine/port/clock.js'
import type {WebhookDelivery, WebhookStore, WebhookSubscription} from '../../engine/port/webhook-store.js'
import {guardedAgent} from './guarded-agent.js'
import {Lane} from './lane.js'
import {type AttemptOutcome, post} from './post.js'
import type {Resolve, TargetPolicy} from './target.js'
import type {Timers} from './timers.js'

export interface DispatcherParts {
  readonly store: WebhookStore
  readonly clock: Clock
  readonly timers: Timers
  /** From 0 to 1. */
  readonly random: () => number
  readonly resolve: Resolve
  readonly policy: TargetPolicy
  readonly timeoutMs: number
  /** Hears of every attempt. */
  readonly onAttempt?: ((delivery: WebhookDelivery, outcome: AttemptOutcome) => void) | undefined
  readonly onFailure: (error: Error) => void
  /** Gives the trace context that an attempt is sent with. */
  readonly trace?: AttemptTrace | undefined
  /** Certificates to trust besides those of the system. */
  readonly ca?: string | undefined
}

/** Traces one attempt: `run` is given the `traceparent` to send. */
export type AttemptTrace = (
  delivery: WebhookDelivery,
  run: (traceparent: string | undefined) => Promise<AttemptOutcome>,
) => Promise<AttemptOutcome>

/** Requests under way to one receiver: with the limit on subscriptions this bounds them all. */
const CONCURRENCY = 8

/** On top of the timeout, for the store. */
const LEASE_MARGIN_MS = 15_000

/** What is under way when the service stops gets so much time to end. */
const STOP_GRACE_MS = 10_000

interface Receiver {
  readonly lane: Lane
  readonly agent: Agent
}

/** Sends what is queued, one lane per subscription. */
export class Dispatcher {
  private readonly receivers = new Map<string, Receiver>()

  constructor(private readonly parts: DispatcherParts) {}

  /** Goes on with what an earlier process left in the queues. */
  async start(): Promise<void> {
    for (const {id} of await this.parts.store.subscriptions()) this.wake(id)
  }

  /** Something was queued for a subscription, or may be sent again. */
  wake(id: string): void {
    this.receiverOf(id).lane.wake()
  }

  /** A subscription was changed: it may be enabled again, or have another receiver. */
  changed(id: string): void {
    this.receiverOf(id).lane.unpause()
  }

  /** A subscription was removed. */
  async drop(id: string): Promise<void> {
    const receiver = this.receivers.get(id)
    this.receivers.delete(id)
    receiver?.lane.abandon()
    await receiver?.agent.destroy()
  }

  /** Makes one attempt at once, outside of the queue. */
  async attempt(subscription: WebhookSubscription, delivery: WebhookDelivery): Promise<AttemptOutcome> {
    return this.post(this.receiverOf(subscription.id).agent, subscription, delivery)
  }

  /** Begins nothing more, and gives what is under way some time to end; what has not ended will be sent again. */
  async stop(): Promise<void> {
    const receivers = [...this.receivers.values()]
    const ended = Promise.all(receivers.map(({lane}) => lane.stop()))
    let cancel = () => {}
    const grace = new Promise<void>((resolve) => {
      cancel = this.parts.timers.after(STOP_GRACE_MS, resolve)
    })
    await Promise.race([ended, grace])
    cancel()
    for (const {lane} of receivers) lane.abandon()
    await Promise.all(receivers.map(({agent}) => agent.destroy()))
    this.receivers.clear()
  }

  private receiverOf(id: string): Receiver {
    const known = this.receivers.get(id)
    if (known !== undefined) return known
    const {policy, resolve, timeoutMs, ca, onAttempt = () => undefined, ...parts} = this.parts
    const agent = guardedAgent({policy, resolve, connections: CONCURRENCY, connectTimeoutMs: timeoutMs, ca})
    const lane = new Lane(id, {
      ...parts,
      onAttempt,
      concurrency: CONCURRENCY,
      leaseMs: timeoutMs + LEASE_MARGIN_MS,
      post: (subscription, delivery) => this.post(agent, subscription, delivery),
    })
    const receiver = {lane, agent}
    this.receivers.set(id, receiver)
    return receiver
  }

  private post(
    agent: Agent,
    subscription: WebhookSubscription,
    delivery: WebhookDelivery,
  ): Promise<AttemptOutcome> {
    const {trace, clock, policy, timeoutMs} = this.parts
    const run = (traceparent: string | undefined) =>
      post(subscription, delivery, traceparent, {clock, agent, policy, timeoutMs})
    return trace === undefined ? run(delivery.traceparent) : trace(delivery, run)
  }
}
