import type {ClassicLevel} from 'classic-level'
import type {WallTime} from '../../core/event/time.js'
import type {ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import {redactMessage} from '../../core/forgetting/redact-message.js'
import type {WebhookDelivery} from '../../engine/port/webhook-store.js'
import {afterNumber, deliveryPlacePrefix, deliveryPrefix, numberOf, under} from './keyspace.js'
import type {Row} from './page.js'

type Level = ClassicLevel<string, string>

/** Rows that are read at once. */
const CHUNK = 200

/** The deliveries of a subscription, the newest first, after a place among them. */
export async function* deliveryRows(
  level: Level,
  subscription: string,
  after: string | undefined,
): AsyncGenerator<Row<WebhookDelivery>> {
  const prefix = deliveryPlacePrefix(subscription)
  const {gte, lt} = under(prefix)
  let from = after === undefined ? gte : `${prefix}${after}\u0000`
  for (;;) {
    const keys = await level.keys({gte: from, lt, limit: CHUNK}).all()
    const places = keys.map((key) => key.slice(prefix.length))
    const texts = await level.getMany(
      places.map((place) => deliveryPrefix(subscription) + afterNumber(place)),
    )
    for (const [i, place] of places.entries()) {
      const delivery = parseDelivery(texts[i])
      if (delivery !== undefined) yield [place, delivery]
    }
    if (keys.length < CHUNK) return
    from = `${keys.at(-1)}\u0000`
  }
}

/** The keys of a subscription's deliveries that were queued before a time. */
export async function keysQueuedBefore(
  level: Level,
  subscription: string,
  before: WallTime,
): Promise<readonly string[]> {
  const prefix = deliveryPlacePrefix(subscription)
  const found: string[] = []
  // The oldest have the greatest keys.
  for await (const key of level.keys({...under(prefix), reverse: true})) {
    const place = key.slice(prefix.length)
    if (-numberOf(place) >= before) break
    found.push(deliveryPrefix(subscription) + afterNumber(place))
  }
  return found
}

/** A stored delivery whose message tells nothing of a forgotten user any more; undefined if it never did. */
export function redactedDelivery(text: string, user: ForgottenUser): string | undefined {
  const delivery = JSON.parse(text) as WebhookDelivery
  const body = redactMessage(delivery.body, user)
  return body === undefined ? undefined : JSON.stringify({...delivery, body})
}

export function parseDelivery(text: string | undefined): WebhookDelivery | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as WebhookDelivery)
}
