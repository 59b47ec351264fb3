import {z} from 'zod'
import {formatTime, type WallTime} from '../../core/event/time.js'
import type {WebhookDelivery} from '../../engine/port/webhook-store.js'

const TEST_TYPE = 'webhook.test'

/** What a receiver gets when its owner tries it out. */
export const testEventSchema = z.strictObject({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.literal(TEST_TYPE),
  /** The subscription's id. */
  subject: z.string(),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  data: z.strictObject({message: z.string()}),
})

/** A message that tells of nothing, to see whether messages arrive. */
export function testMessage(
  subscription: string,
  id: string,
  source: string,
  now: WallTime,
): WebhookDelivery {
  const event: z.infer<typeof testEventSchema> = {
    specversion: '1.0',
    id,
    source,
    type: TEST_TYPE,
    subject: subscription,
    time: formatTime(now),
    datacontenttype: 'application/json',
    data: {message: 'a test of this webhook; no alert was raised'},
  }
  return {
    ...{subscription, id, type: TEST_TYPE, body: JSON.stringify(event)},
    ...{createdAt: now, status: 'pending', dueAt: now, tries: 0, attempts: []},
  }
}
