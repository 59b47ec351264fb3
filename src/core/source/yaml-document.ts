import {type Document, LineCounter, parseDocument} from 'yaml'
import type {z} from 'zod'
import {firstOf} from './fault-limit.js'
import {FILE_LIMIT_BYTES, tooLong} from './file-limit.js'
import {schemaFaults} from './schema-faults.js'
import type {FaultAt, SourceFault, SourceFile} from './source-fault.js'
import {MAX_NESTING, tooDeepAt} from './yaml-nesting.js'
import {placeInDocument} from './yaml-place.js'
import {characterFault, plainData, syntaxFault, vettedFaults, type YamlFault} from './yaml-vetting.js'

/** A YAML file that was read: its value as the schema understands it, and what is wrong with it. */
export interface CheckedDocument<T> {
  /** Undefined if the file does not fit the schema. */
  readonly value: T | undefined
  readonly faults: readonly SourceFault[]
  readonly faultAt: FaultAt
}

/** Plain YAML data before any schema: JSON's kinds of values. */
export interface RawDocument {
  readonly data: unknown
  readonly faults: readonly SourceFault[]
  check<T>(schema: z.ZodType<T>): CheckedDocument<T>
}

/** Reads a YAML file, keeping the place of everything in it, so that all faults can be told at once with line and column. */
export function readYaml(file: SourceFile): RawDocument {
  const {path, text} = file
  const lines = new LineCounter()
  const toFault = ({offset, message, remedy}: YamlFault): SourceFault => {
    const {line, col} = lines.linePos(offset)
    return {file: path, line: Math.max(line, 1), column: Math.max(col, 1), message, remedy, severity: 'error'}
  }
  const unreadable = unreadableFault(file)
  if (unreadable !== undefined) {
    noteLines(text, lines)
    return unusable([toFault(unreadable)])
  }
  const document = parseDocument(text, {...YAML_OPTIONS, lineCounter: lines})
  const {data, faults} = dataOf(document)
  if (faults.length > 0) return unusable(firstOf(faults.map(toFault)))
  const faultAt: FaultAt = (at, message, remedy, severity = 'error', offset) => {
    return {...toFault({offset: placeInDocument(text, document, at, offset), message, remedy}), severity}
  }
  return {
    data,
    faults: [],
    check: (schema) => {
      const parsed = schema.safeParse(data)
      return parsed.success
        ? {value: parsed.data, faults: [], faultAt}
        : {value: undefined, faults: firstOf(schemaFaults(parsed.error, schema, data, faultAt)), faultAt}
    },
  }
}

const YAML_OPTIONS = {
  prettyErrors: false,
  stringKeys: true,
  // Looked for in linear time when the document is vetted.
  uniqueKeys: false,
  resolveKnownTags: false,
} as const

/** The top-level `schema` field of a file, by which kinds of files are told apart. */
export function schemaNameOf(data: unknown): string | undefined {
  const name = data !== null && typeof data === 'object' ? (data as {schema?: unknown}).schema : undefined
  return typeof name === 'string' ? name : undefined
}

/** Why a file is not parsed at all. */
function unreadableFault({text, unread}: SourceFile): YamlFault | undefined {
  if (unread !== undefined) return {offset: 0, ...unread}
  const bytes = Buffer.byteLength(text)
  if (bytes > FILE_LIMIT_BYTES) return {offset: 0, ...tooLong(bytes)}
  const offset = tooDeepAt(text)
  if (offset !== undefined) {
    const message = `the file nests deeper than ${MAX_NESTING} levels`
    return {offset, message, remedy: 'close what is open, or write it flatter'}
  }
  return characterFault(text)
}

/** A document of which nothing can be said but its faults. */
function unusable(faults: readonly SourceFault[]): RawDocument {
  const [first] = faults as readonly [SourceFault]
  return {data: undefined, faults, check: () => ({value: undefined, faults, faultAt: () => first})}
}

function noteLines(text: string, lines: LineCounter): void {
  lines.addNewLine(0)
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1)
}

function dataOf(document: Document.Parsed): {readonly data: unknown; readonly faults: readonly YamlFault[]} {
  const problems = [...document.errors, ...document.warnings]
  const faults = problems.length > 0 ? problems.map(syntaxFault) : vettedFaults(document)
  if (faults.length > 0) return {data: undefined, faults}
  const plain = plainData(document)
  return 'data' in plain ? {data: plain.data, faults: []} : {data: undefined, faults: [plain]}
}
