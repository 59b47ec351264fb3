import type {Fields, FieldValue} from '../../core/event/stored-event.js'

/** The stream of an event and the names of its fields: said once, and not with every event. */
export interface EventShape {
  readonly stream: string
  readonly names: readonly string[]
}

/** A stored event has a shape that is not known (yet). */
export class UnknownShapeError extends Error {
  constructor(number: number) {
    super(`an event has shape ${number}, which is not among those stored beside it`)
    this.name = 'UnknownShapeError'
  }
}

/** Events of further shapes say their stream and fields themselves. */
const SHAPES_MAX = 10_000

/** The shapes of a partition's events by number, from 1. A new shape is stored with the commit that first uses it. */
export class EventShapes {
  private readonly byNumber = new Map<number, EventShape>()
  private readonly numbers = new Map<string, number>()
  /** By stream: what its last event had, as the next one mostly has it too. */
  private readonly last = new Map<string, {readonly names: readonly string[]; readonly number: number}>()
  private highest = 0

  /** `stored`: by number as text. */
  constructor(stored: {readonly [number: string]: string} = {}) {
    for (const [number, text] of Object.entries(stored)) {
      const [stream, ...names] = JSON.parse(text) as [string, ...string[]]
      this.byNumber.set(Number(number), {stream, names})
      this.numbers.set(text, Number(number))
      this.highest = Math.max(this.highest, Number(number))
    }
  }

  get(number: number): EventShape {
    const shape = this.byNumber.get(number)
    if (shape === undefined) throw new UnknownShapeError(number)
    return shape
  }

  /** The number of a shape, a new one if need be; undefined if there are too many. `unsaved` hears of shapes by number. */
  numberOf(stream: string, fields: Fields, unsaved: Map<number, string>): number | undefined {
    const names = Object.keys(fields)
    const last = this.last.get(stream)
    if (last !== undefined && equal(last.names, names)) return last.number
    const text = JSON.stringify([stream, ...names])
    const stored = this.numbers.get(text)
    if (stored !== undefined) this.last.set(stream, {names, number: stored})
    const known = stored ?? numberIn(unsaved, text)
    if (known !== undefined) return known
    if (this.highest >= SHAPES_MAX) return undefined
    this.highest++
    unsaved.set(this.highest, text)
    this.byNumber.set(this.highest, {stream, names})
    return this.highest
  }

  /** Shapes that are stored now. */
  saved(shapes: ReadonlyMap<number, string>): void {
    for (const [number, text] of shapes) this.numbers.set(text, number)
  }
}

/** Fields from their values; null, which no field holds, stands for a missing one. */
export function fieldsOf(names: readonly string[], values: readonly unknown[]): Fields {
  return Object.fromEntries(names.map((name, i) => [name, (values[i] ?? undefined) as FieldValue]))
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i])
}

function numberIn(unsaved: ReadonlyMap<number, string>, text: string): number | undefined {
  for (const [number, shape] of unsaved) if (shape === text) return number
  return undefined
}
