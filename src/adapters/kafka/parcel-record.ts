import type {KafkaMessage} from 'kafkajs'
import type {WallTime} from '../../core/event/time.js'
import {type Parcel, parcelsOf, type ReceivedParcel} from '../../engine/port/parcel.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'
import type {OutgoingRecord} from './record-sender.js'

/** What an outbox entry has for other partitions: one record for each, in the partition of its own number. */
export function parcelRecords(
  {partition: from, sequence, dispatch}: Pick<OutboxEntry, 'partition' | 'sequence' | 'dispatch'>,
  topic: string,
): readonly OutgoingRecord[] {
  if (dispatch === undefined) return []
  const {sentAt} = dispatch
  return [...parcelsOf(from, sequence, dispatch)].map(([partition, parcel]) => ({
    topic,
    message: {
      key: null,
      value: JSON.stringify(parcel),
      partition,
      // Where the producer's word counts, it comes after what it follows from.
      ...(sentAt === null ? {} : {timestamp: String(sentAt)}),
    },
  }))
}

export function toReceivedParcel({value, timestamp, offset}: KafkaMessage): ReceivedParcel {
  if (value === null)
    throw new Error(
      `the exchange topic holds a record without content at offset ${offset}; only workers may write there`,
    )
  return {parcel: JSON.parse(value.toString()) as Parcel, arrivedAt: Number(timestamp) as WallTime}
}
