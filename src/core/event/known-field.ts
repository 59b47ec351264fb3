import {ContentHash, type Lanes, NO_LANES} from './content-hash.js'
import {type FieldRule, fieldRulesOf} from './field-rule.js'
import type {Stream} from './stream.js'

/** A field that a stream's schema names, but for the time. */
export class KnownField {
  constructor(
    readonly rule: FieldRule,
    /** The hash of its name. */
    readonly named: Lanes,
    /** What stands in the hash for it while it is absent: its default, if it has one. */
    readonly absent: Lanes,
    /** Its numbers may look like card numbers. */
    readonly isExempt: boolean,
    /** The empty text says absent. */
    readonly isOptionalId: boolean,
  ) {}
}

export function knownFieldsOf(stream: Stream, exempt: ReadonlySet<string>): readonly KnownField[] {
  const hash = new ContentHash()
  const defaults = new Map(stream.defaults)
  return fieldRulesOf(stream.schema)
    .filter(({name}) => name !== 'event_time')
    .map((rule) => {
      const {name} = rule
      hash.beginField(name)
      const named = hash.lanes
      const value = defaults.get(name)
      if (value !== undefined) hash.addText(value)
      const absent = value === undefined ? NO_LANES : hash.lanes
      return new KnownField(rule, named, absent, exempt.has(name), stream.optionalIds.includes(name))
    })
}

/** The hash of an event that has none of the fields. */
export function hashOfAbsent(fields: readonly KnownField[]): Lanes {
  const hash = new ContentHash()
  for (const {absent} of fields) {
    hash.resumeField(absent)
    hash.endField(NO_LANES)
  }
  return hash.sum
}
