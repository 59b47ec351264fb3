import {setImmediate} from 'node:timers/promises'
import {onTestFinished, vi} from 'vitest'
import {MemoryWebhookStore} from '../../../src/adapters/memory/memory-webhook-store.js'
import {Webhooks, type WebhooksParts} from '../../../src/adapters/webhook/webhooks.js'
import type {AlertRecord} from '../../../src/core/decision/records.js'
import type {WebhookChoice} from '../../../src/engine/port/webhook-admin.js'
import type {WebhookDelivery} from '../../../src/engine/port/webhook-store.js'
import {alertRecord, outboxEntry} from '../../conformance/samples.js'
import {ManualTime} from './manual-time.js'

/** Who asks for changes. */
export const LEA = {id: 'key:lea', name: 'Lea'}

export const ALL_TYPES = ['alert.opened', 'alert.amended', 'alert.retracted'] as const

export interface WebhookRun {
  readonly webhooks: Webhooks
  readonly time: ManualTime
  readonly store: MemoryWebhookStore
  /** What went wrong inside; empty where all is well. */
  readonly failures: Error[]
  subscribe(
    url: string,
    choice?: Partial<WebhookChoice>,
  ): Promise<{readonly id: string; readonly secret: string}>
  publish(...alerts: readonly AlertRecord[]): Promise<void>
  /** The delivery once it fulfils the condition. */
  delivery(
    subscription: string,
    id: string,
    is: (delivery: WebhookDelivery) => boolean,
  ): Promise<WebhookDelivery>
}

/** Webhooks over a store in memory, with real connections and a time that only the test moves. */
export function webhookRun(parts: Partial<WebhooksParts> = {}): WebhookRun {
  const time = new ManualTime()
  const store = new MemoryWebhookStore()
  const failures: Error[] = []
  const webhooks = new Webhooks({
    ...{store, clock: time, timers: time, random: () => 0},
    resolve: async () => ['127.0.0.1'],
    policy: {allowHttpLoopback: true},
    timeoutMs: 15_000,
    source: 'urn:tripline:test',
    onFailure: (error) => failures.push(error),
    ...parts,
  })
  onTestFinished(() => webhooks.stop())
  let sequence = 0
  return {
    ...{webhooks, time, store, failures},
    subscribe: async (url, choice = {}) => {
      const all = {url, eventTypes: ALL_TYPES, severities: [], rules: [], enabled: true}
      const {subscription, secret} = await webhooks.create(LEA, {...all, ...choice})
      return {id: subscription.id, secret}
    },
    publish: (...alerts) => webhooks.feed.publish(outboxEntry(++sequence, {alerts})),
    delivery: async (subscription, id, is) => {
      const found = await vi.waitFor(
        async () => {
          const now = await store.delivery(subscription, id)
          if (now === undefined || !is(now)) throw new Error(`not yet: ${JSON.stringify(now)}`)
          return now
        },
        {timeout: 5_000, interval: 5},
      )
      // Whoever stored it has then set the timer for what is next.
      await setImmediate()
      return found
    },
  }
}

export function alerts(count: number): readonly AlertRecord[] {
  return Array.from({length: count}, (_, i) => alertRecord(i.toString(16).padStart(32, '0')))
}
