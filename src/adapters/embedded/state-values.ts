import {deserialize, serialize} from 'node:v8'
import type {Fields} from '../../core/event/stored-event.js'
import type {EventTime} from '../../core/event/time.js'
import type {
  Checkpoint,
  LateInput,
  OutboxEntry,
  PersistedEvent,
  PersistedVisit,
} from '../../engine/port/state-store.js'

/*
 * The values of the state as text, mostly JSON. What is undefined is left out.
 */

/** Where a partition stands: read and written with every commit. */
export interface Standing {
  readonly epoch: number
  readonly checkpoint?: Checkpoint | undefined
  /** Outbox entries up to this one are deleted. */
  readonly outboxFloor: number
  /** Visits up to this event time are settled. What has settled is deleted, so that the others begin after it. */
  readonly visitsSettled: number
}

type EventTuple = [stream: string, time: EventTime, id: string, contentHash: number, fields: Fields | string]

export function encodeEvent({stream, time, id, contentHash, fields}: PersistedEvent): string {
  const tuple: EventTuple = [stream, time, id, contentHash, survivesJson(fields) ? fields : packed(fields)]
  return JSON.stringify(tuple)
}

export function decodeEvent(text: string): PersistedEvent {
  const [stream, time, id, contentHash, fields] = JSON.parse(text) as EventTuple
  return {stream, time, id, contentHash, fields: typeof fields === 'string' ? unpacked(fields) : fields}
}

/**
 * Whether JSON gives back the same value. It does not for infinities (which the JSON number 1e999 becomes when it is
 * parsed) and for negative zero: rules would find other values after a restart than before.
 */
function survivesJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || value === null) return true
  for (const inner of Object.values(value)) if (!survivesJson(inner)) return false
  return true
}

function packed(fields: Fields): string {
  return serialize(fields).toString('base64')
}

function unpacked(text: string): Fields {
  return deserialize(Buffer.from(text, 'base64')) as Fields
}

/** With the key itself, so that the list gives it back. The time as text: it may be infinite. */
export function encodeListing(key: string, time: EventTime): string {
  return JSON.stringify([key, String(time)])
}

export function decodeListing(text: string): readonly [key: string, time: EventTime] {
  const [key, time] = JSON.parse(text) as [string, string]
  return [key, Number(time) as EventTime]
}

export function encodeVisits(visits: readonly PersistedVisit[]): string {
  return JSON.stringify(visits.map(({merchant, key, time}) => [merchant, key, time]))
}

export function decodeVisits(text: string): readonly PersistedVisit[] {
  const visits = JSON.parse(text) as [string, string, EventTime][]
  return visits.map(([merchant, key, time]) => ({merchant, key, time}))
}

type StoredLate = Omit<LateInput, 'bytes'> & {readonly bytes: string}

export function encodeLate({stream, offset, bytes}: LateInput): StoredLate {
  return {stream, offset, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')}
}

export function decodeLate({stream, offset, bytes}: StoredLate): LateInput {
  return {stream, offset, bytes: Buffer.from(bytes, 'base64')}
}

export function encodeOutbox(entry: OutboxEntry): string {
  return JSON.stringify({...entry, late: entry.late.map(encodeLate)})
}

export function decodeOutbox(text: string): OutboxEntry {
  const entry = JSON.parse(text) as Omit<OutboxEntry, 'late'> & {readonly late: readonly StoredLate[]}
  return {...entry, late: entry.late.map(decodeLate)}
}
