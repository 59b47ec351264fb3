import type {WebhookDelivery} from '../../engine/port/webhook-store.js'
import type {Writes} from './database.js'
import {
  deliveryPlacePrefix,
  deliveryPrefix,
  descendingPart,
  idPart,
  numberPart,
  waitingPrefix,
} from './keyspace.js'

export function deliveryKey({subscription, id}: Pick<WebhookDelivery, 'subscription' | 'id'>): string {
  return deliveryPrefix(subscription) + idPart(id)
}

/** What puts a delivery in the place of what was stored of it, with its places in the log and in the queue. */
export function replacing(before: WebhookDelivery | undefined, after: WebhookDelivery | undefined): Writes {
  const writes: Writes = []
  if (before !== undefined) {
    for (const place of placesOf(before)) writes.push({type: 'del', key: place})
    if (after === undefined) writes.push({type: 'del', key: deliveryKey(before)})
  }
  if (after !== undefined) {
    for (const place of placesOf(after)) writes.push({type: 'put', key: place, value: ''})
    writes.push({type: 'put', key: deliveryKey(after), value: JSON.stringify(after)})
  }
  return writes
}

function placesOf({subscription, id, createdAt, dueAt}: WebhookDelivery): readonly string[] {
  const inLog = deliveryPlacePrefix(subscription) + descendingPart(createdAt) + idPart(id)
  if (dueAt === null) return [inLog]
  return [inLog, waitingPrefix(subscription) + numberPart(dueAt) + idPart(id)]
}
