import {type Document, isMap, isNode, isScalar, LineCounter, parseDocument, type YAMLError} from 'yaml'
import type {z} from 'zod'
import {closest} from '../expression/suggest.js'
import type {SourceFault, SourceFile} from './source-fault.js'

/** Longer files are refused unread. */
const FILE_LIMIT = 256 * 1024
/** So many aliases may stand for an anchor: enough for honest use, too few for a bomb. */
const ALIAS_LIMIT = 100

type Path = readonly PropertyKey[]

/** A YAML file that was read: its value as the schema understands it, and what is wrong with it. */
export interface CheckedDocument<T> {
  /** Undefined if the file does not fit the schema. */
  readonly value: T | undefined
  readonly faults: readonly SourceFault[]
  /**
   * A fault at a place of the file, which is where the value at `path` stands: `offset` characters into it if it is
   * text. For `name` it is the field's name that is at fault.
   */
  faultAt(
    path: Path,
    message: string,
    remedy: string,
    severity?: SourceFault['severity'],
    offset?: number | 'name',
  ): SourceFault
}

/** Plain YAML data before any schema. */
export interface RawDocument {
  readonly data: unknown
  readonly faults: readonly SourceFault[]
  check<T>(schema: z.ZodType<T>): CheckedDocument<T>
}

/** Reads a YAML file, keeping the place of everything in it, so that all faults can be told at once with line and column. */
export function readYaml(file: SourceFile): RawDocument {
  const lines = new LineCounter()
  const at = (offset: number): {file: string; line: number; column: number} => {
    const {line, col} = lines.linePos(offset)
    return {file: file.path, line: Math.max(line, 1), column: Math.max(col, 1)}
  }
  if (file.text.length > FILE_LIMIT) {
    const message = `the file has ${file.text.length} characters; the limit is ${FILE_LIMIT}`
    const fault: SourceFault = {...at(0), message, remedy: 'split it: one rule per file', severity: 'error'}
    return {
      data: undefined,
      faults: [fault],
      check: () => ({value: undefined, faults: [fault], faultAt: () => fault}),
    }
  }
  const document = parseDocument(file.text, {lineCounter: lines, prettyErrors: false})
  const faults: SourceFault[] = document.errors.map((error) => syntaxFault(error, at))
  const data = faults.length > 0 ? undefined : toData(document, faults, at)

  const faultAt: CheckedDocument<unknown>['faultAt'] = (
    path,
    message,
    remedy,
    severity = 'error',
    offset,
  ) => ({
    ...at(offsetOf(document, path, offset)),
    message,
    remedy,
    severity,
  })
  return {
    data,
    faults,
    check: (schema) => {
      if (faults.length > 0) return {value: undefined, faults, faultAt}
      const parsed = schema.safeParse(data)
      if (parsed.success) return {value: parsed.data, faults: [], faultAt}
      return {
        value: undefined,
        faults: parsed.error.issues.flatMap((issue) => schemaFaults(issue, schema, data, faultAt)),
        faultAt,
      }
    },
  }
}

function toData(
  document: Document.Parsed,
  faults: SourceFault[],
  at: (offset: number) => {file: string; line: number; column: number},
): unknown {
  for (const warning of document.warnings) faults.push(syntaxFault(warning, at))
  if (faults.length > 0) return undefined
  try {
    return document.toJS({maxAliasCount: ALIAS_LIMIT})
  } catch {
    const message = `more than ${ALIAS_LIMIT} aliases stand for its anchors`
    faults.push({...at(0), message, remedy: 'write the values out', severity: 'error'})
    return undefined
  }
}

function syntaxFault(
  error: YAMLError,
  at: (offset: number) => {file: string; line: number; column: number},
): SourceFault {
  const [message, remedy] = SYNTAX_FAULTS[error.code] ?? [
    `this is not YAML: ${error.message}`,
    "put conditions inside {…}, those that begin with ! and those that hold ': ' in quotes",
  ]
  return {...at(error.pos[0]), message, remedy, severity: 'error'}
}

const SYNTAX_FAULTS: {readonly [code: string]: readonly [message: string, remedy: string]} = {
  DUPLICATE_KEY: ['a field is written twice', 'remove one of them'],
  MULTIPLE_DOCS: ['the file holds several documents', 'give each its own file'],
}

/** Where a path stands; for text with an offset, that character of it. */
function offsetOf(document: Document.Parsed, path: Path, offset: number | 'name' | undefined): number {
  if (offset === 'name') return nameOffset(document, path) ?? offsetOf(document, path, undefined)
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (!isNode(node) || node.range == null) continue
    const start = node.range[0]
    if (offset === undefined || length < path.length || !isScalar(node)) return start
    const quoted = node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE'
    return node.type === 'PLAIN' || quoted ? start + (quoted ? 1 : 0) + offset : start
  }
  return 0
}

/** Where the name of the field at a path stands. */
function nameOffset(document: Document.Parsed, path: Path): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(parent)) return undefined
  const pair = parent.items.find(({key}) => isScalar(key) && String(key.value) === path.at(-1))
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
}

type Issue = z.core.$ZodIssue

function schemaFaults(
  issue: Issue,
  schema: z.ZodType,
  data: unknown,
  faultAt: CheckedDocument<unknown>['faultAt'],
): SourceFault[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path)
    return issue.keys.map((key) => {
      const meant = closest(key, known)
      const remedy =
        meant === undefined
          ? `known here are ${known.join(', ') || 'none'}`
          : `did you mean ${JSON.stringify(meant)}?`
      return faultAt([...issue.path, key], `unknown field ${JSON.stringify(key)}`, remedy, 'error', 'name')
    })
  }
  if (issue.code === 'invalid_union') {
    const deepest = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0]
    if (deepest !== undefined) {
      return schemaFaults(
        {...deepest, path: [...issue.path, ...deepest.path]} as Issue,
        schema,
        data,
        faultAt,
      )
    }
  }
  const place = issue.path.map(String).join('.')
  const name = place === '' ? 'the file' : place
  if (issue.path.length > 0 && valueAt(data, issue.path) === undefined) {
    return [faultAt(issue.path.slice(0, -1), `${name} is missing`, `add it${kindOf(issue)}`)]
  }
  const remedy = issue.code === 'custom' ? issue.params?.remedy : undefined
  if (typeof remedy === 'string') return [faultAt(issue.path, `${name}: ${issue.message}`, remedy)]
  return [faultAt(issue.path, `${name}: ${issue.message}`, 'see docs/rules.md for what may stand here')]
}

/** What a missing field should hold, as far as the schema says it. */
function kindOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return ` (${issue.expected})`
  return issue.code === 'invalid_value' ? ` (${issue.values.map(String).join(', ')})` : ''
}

function valueAt(data: unknown, path: Path): unknown {
  let at = data
  for (const step of path) {
    if (at === null || typeof at !== 'object') return undefined
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

/** The top-level `schema` field of a file, by which kinds of files are told apart. */
export function schemaNameOf(data: unknown): string | undefined {
  const name = data !== null && typeof data === 'object' ? (data as {schema?: unknown}).schema : undefined
  return typeof name === 'string' ? name : undefined
}
