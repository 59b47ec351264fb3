import {InvalidCursorError} from '../../engine/port/read-model.js'

/** What a cursor belongs to; one of another list is refused. */
export type CursorKind = 'alerts' | 'dead-letters' | 'late' | 'webhook-deliveries' | 'audit' | 'cases'

/** A place in a list as an opaque text. */
export function encodeCursor(kind: CursorKind, place: string): string {
  return Buffer.from(`${kind}:${place}`).toString('base64url')
}

/** The place; throws InvalidCursorError unless the cursor was made by `encodeCursor` for such a list. */
export function decodeCursor(kind: CursorKind, cursor: string, form: RegExp): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  const place = text.slice(kind.length + 1)
  if (!form.test(place) || encodeCursor(kind, place) !== cursor) throw new InvalidCursorError()
  return place
}
