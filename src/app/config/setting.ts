import {z} from 'zod'
import {durationSchema} from '../../core/source/duration.js'
import {readYaml} from '../../core/source/yaml-document.js'
import {formatExactDuration} from './exact-duration.js'
import {formatSize, sizeSchema} from './size.js'

/** Everything there is to say about one setting, in one place. */
export interface Setting<T> {
  /** Takes what a file holds, gives what the program uses. */
  readonly schema: z.ZodType<T>
  /** As a file would hold it. */
  readonly initial: unknown
  /** One line for people. */
  readonly doc: string
  /** Completes "allowed is …". */
  readonly allowed: string
  /** A value that is refused may hold a secret, put there by mistake: it is not shown. */
  readonly isHidden?: boolean
  /** What a file would hold for a variable's text; text that makes no sense is left to the schema. */
  fromText(text: string): unknown
  /** What a file would hold for a value. */
  write(value: T): unknown
}

export function text(initial: string, doc: string, allowed: string, pattern: RegExp): Setting<string> {
  return {schema: z.string().regex(pattern), initial, doc, allowed, fromText: asIs, write: asIs}
}

/** A path of the file system, relative to the working directory. */
export function path(initial: string, doc: string): Setting<string> {
  const withoutControls = /^\P{Cc}{1,4096}$/u
  return text(initial, doc, 'a path of up to 4096 characters', withoutControls)
}

export function choice<const T extends string>(initial: T, options: readonly T[], doc: string): Setting<T> {
  return {schema: z.enum(options), initial, doc, allowed: options.join(' or '), fromText: asIs, write: asIs}
}

export function flag(initial: boolean, doc: string): Setting<boolean> {
  const values: {readonly [text: string]: boolean} = {true: true, false: false}
  return {
    schema: z.boolean(),
    initial,
    doc,
    allowed: 'true or false',
    fromText: (given) => values[given] ?? given,
    write: asIs,
  }
}

/** A whole number, limits included. */
export function wholeNumber(initial: number, from: number, to: number, doc: string): Setting<number> {
  return {
    schema: z.int().min(from).max(to),
    initial,
    doc,
    allowed: `a whole number from ${from} to ${to}`,
    fromText: (given) => (/^\d+$/.test(given) ? Number(given) : given),
    write: asIs,
  }
}

/** A number from 0 to 1. */
export function fraction(initial: number, doc: string): Setting<number> {
  return {
    schema: z.number().min(0).max(1),
    initial,
    doc,
    allowed: 'a number from 0 to 1, such as 0.1',
    fromText: (given) => (/^\d*\.?\d+$/.test(given) ? Number(given) : given),
    write: asIs,
  }
}

/** A duration; the program uses milliseconds. */
export function duration(initial: string, doc: string): Setting<number> {
  const allowed = 'a whole number and a unit, such as 500ms, 30s, 15m, 1h or 7d, up to 3660d'
  return {schema: durationSchema, initial, doc, allowed, fromText: asIs, write: formatExactDuration}
}

/** A size, limits included; the program uses bytes. */
export function size(initial: string, from: number, to: number, doc: string): Setting<number> {
  return {
    schema: sizeSchema.pipe(z.int().min(from).max(to)),
    initial,
    doc,
    allowed: `${formatSize(from)} to ${formatSize(to)}, written as 10 MiB, 256 KiB or a number of bytes`,
    fromText: asIs,
    write: formatSize,
  }
}

/** A list or a mapping. In an environment variable it is written as JSON or YAML. */
export function structure<T>(
  schema: z.ZodType<T>,
  initial: unknown,
  doc: string,
  allowed: string,
): Setting<T> {
  return {schema, initial, doc, allowed, fromText: parseStructure, write: asIs}
}

function asIs<T>(value: T): T {
  return value
}

function parseStructure(given: string): unknown {
  const {data, faults} = readYaml({path: '', text: given})
  return faults.length === 0 ? data : given
}
