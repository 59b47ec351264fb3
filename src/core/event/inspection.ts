import {numberIsCardNumber} from './card-number.js'
import {ContentHash, type Lanes, NO_LANES} from './content-hash.js'
import {hashOfAbsent, type KnownField, knownFieldsOf} from './known-field.js'
import type {Stream} from './stream.js'

/** Deeper than this, an event is refused: no honest producer nests so. */
export const MAX_DEPTH = 32

/** Not looked at: the time, which counts as what it says, and the field that is derived. */
const PASSED_OVER = null

/**
 * Walks over the events of one stream, each field once: tests it against the schema, hashes it, and looks for what no
 * event may hold. What was found stands here until the next event.
 */
export class Inspection {
  /** Whether the event is sure to fit its stream's schema, but for its time; if not, the schema itself must be asked. */
  fits = true
  /** A JSON number that could be a card number was found in a field that is not exempt. */
  cardNumber = false
  /** A number beyond 2^53 was found: its digits as written can only be seen in the text. */
  inexactNumber = false
  /** Something that no event may hold, in words. */
  fault: string | undefined

  private readonly hash = new ContentHash()
  private readonly fields = new Map<string, KnownField | typeof PASSED_OVER>()
  private readonly requiredCount: number
  private readonly absent: Lanes

  constructor(
    stream: Stream,
    private readonly exempt: ReadonlySet<string>,
  ) {
    const known = knownFieldsOf(stream, exempt)
    for (const field of known) this.fields.set(field.rule.name, field)
    this.fields.set('event_time', PASSED_OVER)
    if (stream.derivedField !== undefined) this.fields.set(stream.derivedField, PASSED_OVER)
    this.requiredCount = known.filter(({rule}) => rule.required).length
    this.absent = hashOfAbsent(known)
  }

  /**
   * Looks at an event of this time (in ms), and makes an optional id that is empty null. Answers with 53 bits that
   * identify the content, whatever the order of its fields; null fields do not count, defaults count where a field is absent.
   */
  inspect(event: Record<string, unknown>, time: number): number {
    const {fields, hash} = this
    this.fits = true
    this.cardNumber = false
    this.inexactNumber = false
    this.fault = undefined
    hash.begin(this.absent)
    let required = 0
    for (const name in event) {
      const value = event[name]
      if (value === null || value === undefined) continue
      const field = fields.get(name)
      if (field === PASSED_OVER) continue
      if (field === undefined) {
        this.addUnknown(name, value)
      } else if (value === '' && field.isOptionalId) {
        event[name] = null
      } else {
        if (field.rule.required) required++
        this.addKnown(field, value)
      }
    }
    if (required < this.requiredCount) this.fits = false
    hash.beginField('event_time')
    hash.addNumber(time)
    hash.endField(NO_LANES)
    return hash.value
  }

  private addKnown(field: KnownField, value: unknown): void {
    const {hash} = this
    const {rule} = field
    hash.resumeField(field.named)
    if (typeof value === 'string') {
      if (!rule.takesText(value)) this.fits = false
      hash.addText(value)
    } else if (typeof value === 'number') {
      if (!rule.takesNumber(value)) this.fits = false
      this.addNumber(value, field.isExempt)
    } else {
      if (typeof value !== rule.type) this.fits = false
      this.addValue(value, 1, field.isExempt)
    }
    hash.endField(field.absent)
  }

  private addUnknown(name: string, value: unknown): void {
    if (isPrototypeKey(name, value)) this.fault = PROTOTYPE_KEY
    this.hash.beginField(name)
    this.addValue(value, 1, this.exempt.has(name))
    this.hash.endField(NO_LANES)
  }

  private addValue(value: unknown, depth: number, isExempt: boolean): void {
    const {hash} = this
    if (typeof value === 'string') {
      hash.addText(value)
    } else if (typeof value === 'number') {
      this.addNumber(value, isExempt)
    } else if (typeof value === 'boolean') {
      hash.addBoolean(value)
    } else if (value === null) {
      hash.addNull()
    } else if (depth >= MAX_DEPTH) {
      this.fault = TOO_DEEP
    } else if (Array.isArray(value)) {
      hash.addArray(value.length)
      for (const item of value) this.addValue(item, depth + 1, isExempt)
    } else {
      this.addNested(value as Record<string, unknown>, depth, isExempt)
    }
  }

  private addNested(fields: Record<string, unknown>, depth: number, isExempt: boolean): void {
    const {hash} = this
    const {lanes, sum} = hash
    hash.begin(NO_LANES)
    for (const [name, value] of Object.entries(fields)) {
      if (isPrototypeKey(name, value)) this.fault = PROTOTYPE_KEY
      hash.beginField(name)
      this.addValue(value, depth + 1, isExempt || this.exempt.has(name))
      hash.endField(NO_LANES)
    }
    const inner = hash.sum
    hash.begin(sum)
    hash.resumeField(lanes)
    hash.addObject(inner)
  }

  private addNumber(value: number, isExempt: boolean): void {
    if (!isExempt && numberIsCardNumber(value)) this.cardNumber = true
    if (!isExempt && Math.abs(value) > Number.MAX_SAFE_INTEGER) this.inexactNumber = true
    this.hash.addNumber(value)
  }
}

const PROTOTYPE_KEY = 'a field may not be called __proto__ (nor constructor.prototype); rename it'
const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels; flatten the event`

function isPrototypeKey(name: string, value: unknown): boolean {
  if (name === '__proto__') return true
  return (
    name === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype')
  )
}
