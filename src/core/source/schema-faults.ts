import type {z} from 'zod'
import {closest} from '../expression/suggest.js'
import type {FaultAt, Path, SourceFault} from './source-fault.js'

type Issue = z.core.$ZodIssue

/** What does not fit a schema, as faults of the file that `data` was read from; told one by one, as there can be many. */
export function* schemaFaults(
  {issues}: z.ZodError,
  schema: z.ZodType,
  data: unknown,
  faultAt: FaultAt,
): Generator<SourceFault> {
  for (const issue of issues) yield* faultsOf(issue, schema, data, faultAt)
}

function* faultsOf(issue: Issue, schema: z.ZodType, data: unknown, faultAt: FaultAt): Generator<SourceFault> {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path)
    for (const key of issue.keys) {
      const message = `unknown field ${JSON.stringify(shortened(key))}`
      yield faultAt([...issue.path, key], message, didYouMean(key, known, 'known here are'), 'error', 'name')
    }
    return
  }
  if (issue.code === 'invalid_union') {
    const deepest = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0]
    // Alternatives at the very place say more together than the first of them, unless it has words for all.
    const isTelling =
      deepest !== undefined && (deepest.path.length > 0 || !DEFAULT_WORDS.test(deepest.message))
    if (isTelling) {
      const inner = {...deepest, path: [...issue.path, ...deepest.path]} as Issue
      yield* faultsOf(inner, schema, data, faultAt)
      return
    }
  }
  const place = issue.path.map(String).join('.')
  const name = place === '' ? 'the file' : place
  const value = valueAt(data, issue.path)
  if (issue.path.length > 0 && value === undefined) {
    yield faultAt(issue.path.slice(0, -1), `${name} is missing`, `add it${kindOf(issue)}`)
    return
  }
  const {message, remedy} = explained(issue, value)
  yield faultAt(issue.path, `${name}: ${message}`, remedy)
}

/** What a missing field should hold, as far as the schema says it. */
function kindOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return ` (${issue.expected})`
  return issue.code === 'invalid_value' ? ` (${issue.values.map(String).join(', ')})` : ''
}

interface Explained {
  readonly message: string
  readonly remedy: string
}

const SEE_GUIDE = 'see docs/rules.md for what may stand here'

/** The validator's own words, where the schema has none. */
const DEFAULT_WORDS = /^(Invalid|Too (small|big))/

function explained(issue: Issue, value: unknown): Explained {
  const remedy = issue.code === 'custom' ? issue.params?.remedy : undefined
  if (typeof remedy === 'string') return {message: issue.message, remedy}
  if (DEFAULT_WORDS.test(issue.message)) return defaultExplanation(issue, value)
  // Of a list, a schema says how long it may be.
  if (issue.code === 'too_small') return {message: 'there are too few', remedy: issue.message}
  if (issue.code === 'too_big') return {message: 'there are too many', remedy: issue.message}
  // Otherwise its message may say both, as every fault does: what is wrong; what to write instead.
  const [message = '', ...rest] = issue.message.split('; ')
  return {message, remedy: rest.join('; ') || SEE_GUIDE}
}

const KINDS: {readonly [expected: string]: string} = {
  string: 'text; where YAML takes it for something else, put it in quotes',
  number: 'a number, without quotes',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list: [a, b]',
  object: 'fields: {name: value}',
  record: 'fields: {name: value}',
}

function defaultExplanation(issue: Issue, value: unknown): Explained {
  const shown = shownValue(value)
  switch (issue.code) {
    case 'invalid_type':
      return {
        message: `${shown} does not fit here`,
        remedy: `write ${KINDS[issue.expected] ?? issue.expected}`,
      }
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      const message = `${shown} is not one of ${allowed.join(', ')}`
      return {message, remedy: didYouMean(String(value), allowed, 'write one of')}
    }
    case 'too_small':
      if (issue.origin === 'string') return {message: 'the text is empty', remedy: 'write something'}
      return {
        message: `${shown} is too small`,
        remedy: `write ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`,
      }
    case 'too_big':
      return {
        message: `${shown} is too large`,
        remedy: `write ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`,
      }
    default:
      return {message: `${shown} does not fit here`, remedy: SEE_GUIDE}
  }
}

/** Longer values are cut off, so that a fault stays one line. */
const SHOWN_LENGTH = 40

function shownValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value !== null && typeof value === 'object') return 'a value with fields'
  return shortened(typeof value === 'string' ? JSON.stringify(value) : String(value))
}

function shortened(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
}

function didYouMean(word: string, known: readonly string[], otherwise: string): string {
  const meant = closest(word, known)
  return meant === undefined
    ? `${otherwise} ${known.join(', ') || 'none'}`
    : `did you mean ${JSON.stringify(meant)}?`
}

function valueAt(data: unknown, path: Path): unknown {
  let at = data
  for (const step of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, step)) return undefined
    at = (at as {[step: PropertyKey]: unknown})[step]
  }
  return at
}

/** The names a strict object of the schema knows at a path. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let at: unknown = schema
  for (const step of path) at = childOf(unwrap(at), step)
  const shape = (unwrap(at) as {shape?: object} | undefined)?.shape
  return shape === undefined ? [] : Object.keys(shape)
}

function childOf(schema: unknown, step: PropertyKey): unknown {
  const {shape, element} = (schema ?? {}) as {shape?: {[name: PropertyKey]: unknown}; element?: unknown}
  return shape?.[step] ?? element
}

function unwrap(schema: unknown): unknown {
  const inner = (schema as {unwrap?: () => unknown} | undefined)?.unwrap
  const isArray = (schema as {element?: unknown} | undefined)?.element !== undefined
  return typeof inner === 'function' && !isArray ? unwrap(inner.call(schema)) : schema
}
