import type {Fields} from '../../core/event/stored-event.js'
import type {EventTime} from '../../core/event/time.js'
import type {Checkpoint, PersistedEvent} from '../../engine/port/state-store.js'
import {readFields, writableFields} from '../../engine/port/stored-text.js'

/*
 * The values of the state as text, mostly JSON. What is undefined is left out.
 */

/** Where a partition stands: read and written with every commit. */
export interface Standing {
  readonly epoch: number
  readonly checkpoint?: Checkpoint | undefined
  /** Outbox entries up to this one are deleted. */
  readonly outboxFloor: number
  /** Visits up to this event time are settled: the others begin after it. */
  readonly visitsSettled: number
  /** What has settled is deleted up to this event time; up to `visitsSettled` if absent. */
  readonly visitsDeleted?: number | undefined
}

type EventTuple = [stream: string, time: EventTime, id: string, contentHash: number, fields: Fields | string]

export function encodeEvent({stream, time, id, contentHash, fields}: PersistedEvent): string {
  const tuple: EventTuple = [stream, time, id, contentHash, writableFields(fields)]
  return JSON.stringify(tuple)
}

export function decodeEvent(text: string): PersistedEvent {
  const [stream, time, id, contentHash, fields] = JSON.parse(text) as EventTuple
  return {stream, time, id, contentHash, fields: readFields(fields)}
}

/** With the key itself, so that the list gives it back. The time as text: it may be infinite. */
export function encodeListing(key: string, time: EventTime): string {
  return JSON.stringify([key, String(time)])
}

export function decodeListing(text: string): readonly [key: string, time: EventTime] {
  const [key, time] = JSON.parse(text) as [string, string]
  return [key, Number(time) as EventTime]
}
