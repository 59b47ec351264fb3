import {InvalidCursorError} from '../../engine/port/read-model.js'

/*
 * Places of records in a list, as members of a sorted set in which all scores are 0: so it is ordered by the bytes of
 * its members, and a list can go on after any place, whether that still stands or not.
 */

/** Digits of a time or an offset. */
const DIGITS = 16

/** Above every event time in ms, which is within ±3e14. */
const LATEST = 4e15

/** Sorts as the time does; infinite times are as far away as can be. */
export function ascendingTime(time: number): string {
  return digits(clamp(Math.ceil(time)) + LATEST)
}

/** The newest first. */
export function descendingTime(time: number): string {
  return digits(LATEST - clamp(Math.ceil(time)))
}

export function timeOfDescending(place: string): number {
  return LATEST - Number(place.slice(0, DIGITS))
}

export function timeOfAscending(place: string): number {
  return Number(place.slice(0, DIGITS)) - LATEST
}

export function offsetDigits(offset: number): string {
  return digits(offset)
}

/** What follows the number at the beginning of a place. */
export function afterDigits(place: string): string {
  return place.slice(DIGITS)
}

function clamp(time: number): number {
  return Math.min(Math.max(time, -LATEST), LATEST)
}

function digits(value: number): string {
  return String(value).padStart(DIGITS, '0')
}

/** What a cursor belongs to; one of another list is refused. */
export type CursorKind = 'alerts' | 'dead-letters' | 'late' | 'webhook-deliveries' | 'audit' | 'cases'

/** A place in a list as an opaque text. */
export function encodeCursor(kind: CursorKind, place: string): string {
  return Buffer.from(`${kind}:${place}`).toString('base64url')
}

/** The place; throws InvalidCursorError unless the cursor was made by `encodeCursor` for such a list. */
export function decodeCursor(kind: CursorKind, cursor: string, form: RegExp): string {
  const place = Buffer.from(cursor, 'base64url')
    .toString()
    .slice(kind.length + 1)
  if (!form.test(place) || encodeCursor(kind, place) !== cursor) throw new InvalidCursorError()
  return place
}
