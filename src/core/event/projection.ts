import type {Fields} from './stored-event.js'
import type {Stream, WireEvent} from './stream.js'

/** Takes the fields in use out of an event; null is missing, defaults stand for what is missing, `derived` is the derived field's value. */
export type Project = (wire: WireEvent, derived: number | undefined) => Fields

/**
 * A projection to the fields that rules and features use, as generated code: every event of a stream gets the
 * same shape, so that conditions read it fast and a history takes little memory.
 * Only quoted field names enter the code.
 */
export function compileProjection(stream: Stream, fields: Iterable<string>): Project {
  const defaults = new Map(stream.defaults)
  const members = [...new Set(fields)].sort().map((field) => {
    const name = JSON.stringify(field)
    if (field === stream.derivedField) return `${name}: derived`
    const known = stream.fieldTypes.has(field)
    const value = known ? `wire[${name}]` : `own(wire, ${name})`
    return `${name}: ${value} ?? ${JSON.stringify(defaults.get(field))}`
  })
  const build = new Function('own', `'use strict'; return (wire, derived) => ({${members.join(', ')}})`)
  return build(own) as Project
}

/** Own fields only: an event without a field `constructor` must not seem to have one. */
function own(wire: WireEvent, field: string): unknown {
  return Object.hasOwn(wire, field) ? wire[field] : undefined
}
