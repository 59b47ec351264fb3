import type {WebhookDelivery} from '../../../engine/port/webhook-store.js'
import {idOf, idText, type QueueKeys} from '../keyspace.js'
import type {Row} from '../list-page.js'
import {mergedPlaces} from '../merged-places.js'
import {afterDigits, descendingTime} from '../place.js'
import type {RedisConnection} from '../redis-connection.js'

/** The newest first, then the id. */
export function deliveryPlace({createdAt, id}: Pick<WebhookDelivery, 'createdAt' | 'id'>): string {
  return descendingTime(createdAt) + idText(id)
}

/** The deliveries of a subscription between two places, in their order. */
export async function* deliveryRows(
  connection: RedisConnection,
  {places, deliveries}: QueueKeys,
  from: string,
): AsyncGenerator<readonly Row<WebhookDelivery>[]> {
  for await (const chunk of mergedPlaces(connection, [places], {from, to: '+'})) {
    const fields = chunk.map(({place}) => idText(idOf(afterDigits(place))))
    const texts = await connection.attempt((client) => client.hmget(deliveries, ...fields))
    yield chunk.flatMap(({place}, i) => {
      const delivery = parseDelivery(texts[i])
      return delivery === undefined ? [] : [[place, delivery] as const]
    })
  }
}

export function parseDelivery(text: string | null | undefined): WebhookDelivery | undefined {
  return text == null ? undefined : (JSON.parse(text) as WebhookDelivery)
}
