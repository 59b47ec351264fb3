import type {AcceptedEvent, StreamName} from './shapes.js'

const STREAM_RANK: Readonly<Record<StreamName, number>> = {
  merchants: 0,
  locations: 1,
  transactions: 2,
  feedback: 3,
}

/** Ids and strings compare as UTF-8 bytes (not as UTF-16 units, which differ above U+FFFF). */
export function compareText(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'))
}

/**
 * The total order: (event time, stream rank, event id). Two users may use one event id, and meet in the
 * history of a merchant, a device or an ip: then the user id decides.
 */
export function compareEvents(left: AcceptedEvent, right: AcceptedEvent): number {
  return (
    left.time - right.time ||
    STREAM_RANK[left.stream] - STREAM_RANK[right.stream] ||
    compareText(left.id, right.id) ||
    compareText(String(left.fields['user_id'] ?? ''), String(right.fields['user_id'] ?? ''))
  )
}

export function before(left: AcceptedEvent, right: AcceptedEvent): boolean {
  return compareEvents(left, right) < 0
}
