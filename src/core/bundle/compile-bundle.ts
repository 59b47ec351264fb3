import {hash} from 'node:crypto'
import {toJSONSchema, type z} from 'zod'
import {DEFAULT_POLICY, type Policy} from '../decision/policy.js'
import type {Rates} from '../event/rates.js'
import type {Stream} from '../event/stream.js'
import type {ValueList} from '../expression/scope.js'
import {compileRule, type RuleContext} from '../rule/compile-rule.js'
import {mendedRuleFile} from '../rule/mended-rule-file.js'
import type {Rule} from '../rule/rule.js'
import {
  headerOnlySchema,
  MATCH_FORM_NAMES,
  matchFormsOf,
  RULE_SCHEMA,
  type RuleFile,
  ruleFileSchema,
} from '../rule/rule-file.js'
import {isError, type SourceFault, type SourceFile} from '../source/source-fault.js'
import {type CheckedDocument, type RawDocument, readYaml, schemaNameOf} from '../source/yaml-document.js'
import {assembleBundle, type Bundle, type BundleSettings, type RuleSource} from './bundle.js'
import {LIST_SCHEMA, listFileSchema, toValueList} from './list-file.js'
import {POLICY_SCHEMA, policyFileSchema} from './policy-file.js'
import {RATES_SCHEMA, ratesFileSchema, toRates} from './rates-file.js'

export interface BundleSources {
  /** Every YAML file of the rules and features folders: `schema` tells them apart. */
  readonly files: readonly SourceFile[]
  readonly streams: ReadonlyMap<string, Stream>
  readonly settings: BundleSettings
}

/** `bundle` is undefined if there are errors; `faults` holds all errors and warnings of all files, by file and place. */
export interface CompiledBundle {
  readonly bundle: Bundle | undefined
  readonly faults: readonly SourceFault[]
}

const KNOWN_SCHEMAS = [RULE_SCHEMA, LIST_SCHEMA, POLICY_SCHEMA, RATES_SCHEMA]

interface OpenFile {
  readonly file: SourceFile
  readonly raw: RawDocument
}

/** Reads, checks and compiles all files of a bundle; reports every fault of every file at once. */
export function compileBundle({files, streams, settings}: BundleSources): CompiledBundle {
  const faults: SourceFault[] = []
  const bySchema = new Map<string, OpenFile[]>(KNOWN_SCHEMAS.map((schema) => [schema, []]))
  for (const file of files) {
    const raw = readYaml(file)
    const schema = schemaNameOf(raw.data)
    const group = schema === undefined ? undefined : bySchema.get(schema)
    if (raw.faults.length > 0) faults.push(...raw.faults)
    else if (group === undefined) faults.push(unknownSchema(file, schema))
    else group.push({file, raw})
  }
  const read = <T>(schemaName: string, schema: z.ZodType<T>): Readings<T> =>
    (bySchema.get(schemaName) ?? []).map(({file, raw}) => {
      const checked = raw.check(schema)
      faults.push(...checked.faults)
      return {file, checked}
    })

  const lists = readLists(read(LIST_SCHEMA, listFileSchema), faults)
  const policy = onlyOne<Policy>(read(POLICY_SCHEMA, policyFileSchema), faults) ?? DEFAULT_POLICY
  const rates: Rates = optional(onlyOne(read(RATES_SCHEMA, ratesFileSchema), faults), toRates) ?? new Map()
  const context: RuleContext = {streams, lists, predicates: new Map(), fieldsInUse: new Map()}
  const {rules, sources} = readRules(bySchema.get(RULE_SCHEMA) ?? [], context, faults)

  faults.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column))
  if (faults.some(isError)) return {bundle: undefined, faults}
  const id = contentHash(files, streams, settings)
  const {predicates, fieldsInUse} = context
  const bundle = assembleBundle({
    id,
    settings,
    streams,
    rules,
    sources,
    policy,
    rates,
    predicates,
    fieldsInUse,
  })
  return {bundle, faults}
}

type Readings<T> = readonly {readonly file: SourceFile; readonly checked: CheckedDocument<T>}[]

function readLists(
  readings: Readings<z.infer<typeof listFileSchema>>,
  faults: SourceFault[],
): ReadonlyMap<string, ValueList> {
  const lists = new Map<string, ValueList>()
  for (const {checked} of readings) {
    if (checked.value === undefined) continue
    const {name} = checked.value
    if (lists.has(name))
      faults.push(checked.faultAt(['name'], `there are two lists called ${name}`, 'rename one of them'))
    lists.set(name, toValueList(checked.value))
  }
  return lists
}

function onlyOne<T>(readings: Readings<T>, faults: SourceFault[]): T | undefined {
  for (const {file, checked} of readings.slice(1)) {
    const first = readings[0]?.file.path
    faults.push(
      checked.faultAt(
        ['schema'],
        `${file.path} is a second file of its kind beside ${first}`,
        'keep one of them',
      ),
    )
  }
  return readings[0]?.checked.value
}

function readRules(
  files: readonly OpenFile[],
  context: RuleContext,
  faults: SourceFault[],
): {readonly rules: readonly Rule[]; readonly sources: readonly RuleSource[]} {
  const rules: Rule[] = []
  const sources: RuleSource[] = []
  const pathById = new Map<string, string>()
  // In the order of their ids, so that neither file names nor folders shape a result.
  const checked = files.map(({file, raw}) => ({file, document: checkRule(raw, context, faults)}))
  checked.sort((a, b) => ((a.document?.value.id ?? '') < (b.document?.value.id ?? '') ? -1 : 1))
  for (const {file, document} of checked) {
    if (document === undefined) continue
    const {value, faultAt} = document
    const {id, version, mode, tests} = value
    const first = pathById.get(id)
    if (first !== undefined)
      faults.push(faultAt(['id'], `the id ${id} is taken by ${first}`, 'give each rule its own id'))
    pathById.set(id, file.path)
    // A rule that is off is checked like any other, but leaves no trace on the hot path.
    const at = mode === 'off' ? withoutTrace(context) : context
    const rule = compileRule(value, rules.length, at, faultAt, faults)
    sources.push({path: file.path, id, version, mode, tests})
    if (rule !== undefined && rule.mode !== 'off') rules.push(rule)
  }
  return {rules, sources}
}

/** A context in which a rule can be compiled without a trace on the hot path. */
function withoutTrace(context: RuleContext): RuleContext {
  return {...context, predicates: new Map(), fieldsInUse: new Map()}
}

function checkRule(
  raw: RawDocument,
  context: RuleContext,
  faults: SourceFault[],
): {value: RuleFile; faultAt: CheckedDocument<RuleFile>['faultAt']} | undefined {
  const [form, second] = matchFormsOf((raw.data as {match?: unknown}).match)
  if (form === undefined || second !== undefined) {
    const rest = raw.check(headerOnlySchema)
    const named = form === undefined ? 'names no form of rule' : `names both ${form} and ${second}`
    faults.push(...rest.faults)
    faults.push(
      rest.faultAt(['match'], `match ${named}`, `write exactly one of ${MATCH_FORM_NAMES.join(', ')}`),
    )
    return undefined
  }
  const document: CheckedDocument<RuleFile> = raw.check(ruleFileSchema(form))
  const {value, faultAt} = document
  faults.push(...document.faults)
  if (value !== undefined) return {value, faultAt}
  // Its conditions are checked all the same, so that everything wrong with the file is told at once.
  const mended = mendedRuleFile(form, raw.data)
  if (mended !== undefined) compileRule(mended, 0, withoutTrace(context), faultAt, faults)
  return undefined
}

function unknownSchema(file: SourceFile, schema: string | undefined): SourceFault {
  const message =
    schema === undefined ? 'the file does not say what it is' : `there is no schema ${JSON.stringify(schema)}`
  const remedy = `begin it with one of ${KNOWN_SCHEMAS.map((known) => `schema: ${known}`).join(', ')}`
  return {file: file.path, line: 1, column: 1, message, remedy, severity: 'error'}
}

/** Hash over the parsed content, so that comments, spacing and file names do not count. */
function contentHash(
  files: readonly SourceFile[],
  streams: ReadonlyMap<string, Stream>,
  settings: BundleSettings,
): string {
  const contents = files.map((file) => JSON.stringify(sortKeys(readYaml(file).data))).sort()
  const declared = [...streams.values()].map(({name, keyField, rank, schema}) => [
    name,
    keyField,
    rank,
    toJSONSchema(schema, {io: 'input'}),
  ])
  return hash('sha256', JSON.stringify([contents, declared, sortKeys(settings)]), 'hex').slice(0, 32)
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  )
}

function optional<T, U>(value: T | undefined, convert: (value: T) => U): U | undefined {
  return value === undefined ? undefined : convert(value)
}
