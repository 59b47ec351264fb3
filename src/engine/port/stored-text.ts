import {deserialize, serialize} from 'node:v8'
import type {Fields} from '../../core/event/stored-event.js'
import type {EventTime} from '../../core/event/time.js'
import type {LateInput, OutboxEntry, PersistedVisit} from './state-store.js'

/*
 * How stores that keep text write what the ports hold: mostly JSON. What is undefined is left out.
 */

/**
 * Whether JSON gives back the same value. It does not for infinities (which the JSON number 1e999 becomes when it is
 * parsed) and for negative zero: rules would find other values after a restart than before.
 */
export function survivesJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || value === null) return true
  for (const inner of Object.values(value)) if (!survivesJson(inner)) return false
  return true
}

/** Fields as JSON can hold them: themselves, or as a text where a value would not survive. */
export function writableFields(fields: Fields): Fields | string {
  return survivesJson(fields) ? fields : serialize(fields).toString('base64')
}

export function readFields(written: Fields | string): Fields {
  return typeof written === 'string' ? (deserialize(Buffer.from(written, 'base64')) as Fields) : written
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
