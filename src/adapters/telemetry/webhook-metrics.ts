import type {Counter, Histogram, Registry} from 'prom-client'
import type {DeliveryAttempt, WebhookDelivery} from '../../engine/port/webhook-store.js'
import {counter, histogram, LATENCY_BUCKETS, readGauge} from './instruments.js'

/** What became of messages to subscribers, and how many wait. */
export class WebhookMetrics {
  private readonly attempts: Counter<'subscription' | 'outcome'>
  private readonly dead: Counter<'subscription'>
  private readonly seconds: Histogram

  constructor(registry: Registry, backlog: () => Promise<ReadonlyMap<string, number>>) {
    const labels = ['subscription', 'outcome'] as const
    this.attempts = counter(registry, 'webhook_attempts', 'Attempts, by what came of them.', labels)
    this.dead = counter(registry, 'webhook_dead_letters', 'Messages that were given up.', ['subscription'])
    this.seconds = histogram(registry, 'webhook_attempt_seconds', 'How long receivers took.', LATENCY_BUCKETS)
    readGauge(
      registry,
      'webhook_backlog',
      'Messages that wait to be delivered.',
      ['subscription'],
      async () => [...(await backlog())].map(([subscription, value]) => ({labels: {subscription}, value})),
    )
  }

  observe({subscription, status}: WebhookDelivery, {error, durationMs}: DeliveryAttempt): void {
    this.attempts.inc({subscription, outcome: error ?? 'delivered'})
    this.seconds.observe(durationMs / 1000)
    if (status === 'dead') this.dead.inc({subscription})
  }
}
