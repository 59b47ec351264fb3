import {DEFAULT_POLICY, type Policy} from '../decision/policy.js'
import type {Rates} from '../event/rates.js'
import type {Stream} from '../event/stream.js'
import type {ValueList} from '../expression/scope.js'
import {compileViews} from '../feature/compile-views.js'
import {FEATURE_VIEW_SCHEMA} from '../feature/view-file.js'
import type {RuleContext} from '../rule/rule-compilation.js'
import {RULE_SCHEMA} from '../rule/rule-file.js'
import {byPlace, isError, type SourceFault, type SourceFile} from '../source/source-fault.js'
import {
  AMENDMENTS_SCHEMA,
  type Amendments,
  addedEntries,
  amendmentsFileSchema,
  NO_AMENDMENTS,
} from './amendments-file.js'
import {assembleBundle, type Bundle, type BundleSettings, type RuleSource} from './bundle.js'
import {contentHash} from './content-hash.js'
import {LIST_SCHEMA, type ListFile, listFileSchema, toValueList} from './list-file.js'
import {OpenFiles, type Reading} from './open-files.js'
import {POLICY_SCHEMA, policyFileSchema} from './policy-file.js'
import {RATES_SCHEMA, ratesFileSchema, toRates} from './rates-file.js'
import {readRules} from './read-rules.js'

export interface BundleSources {
  /** Every YAML file of the rules and features folders: `schema` tells them apart. */
  readonly files: readonly SourceFile[]
  readonly streams: ReadonlyMap<string, Stream>
  readonly settings: BundleSettings
}

/** What became of the files of a bundle. */
export interface CompiledBundle {
  /** Undefined if there are errors. */
  readonly bundle: Bundle | undefined
  /** All errors and warnings of all files, by file and place. */
  readonly faults: readonly SourceFault[]
  /** The rules that could be read, also if there are errors. */
  readonly sources: readonly RuleSource[]
  /** The lists and the policy that were read, also where they are faulty. */
  readonly lists: readonly Reading<ListFile>[]
  readonly policies: readonly Reading<Policy>[]
}

/** Reads, checks and compiles all files of a bundle; reports every fault of every file at once. */
export function compileBundle({files, streams, settings}: BundleSources): CompiledBundle {
  const faults: SourceFault[] = []
  const open = new OpenFiles(files, faults)
  const lists = open.read<ListFile>(LIST_SCHEMA, listFileSchema, faults)
  const policies = open.read<Policy>(POLICY_SCHEMA, policyFileSchema, faults)
  const rateFiles = open.read(RATES_SCHEMA, ratesFileSchema, faults)
  const ratesFile = onlyOne(rateFiles, faults)
  const amended = open.read(AMENDMENTS_SCHEMA, amendmentsFileSchema, faults)
  const amendments = onlyOne(amended, faults) ?? NO_AMENDMENTS
  const listsByName = valueLists(lists, amendments, faults)
  const views = open.named(FEATURE_VIEW_SCHEMA)
  const features = compileViews(views, {streams, lists: listsByName}, faults)
  const context: RuleContext = {
    streams,
    lists: listsByName,
    features,
    predicates: new Map(),
    fieldsInUse: new Map(),
  }
  const policy = onlyOne(policies, faults) ?? DEFAULT_POLICY
  const {rules, sources, ruleFields} = readRules(open.named(RULE_SCHEMA), amendments, context, faults)
  faults.sort(byPlace)
  if (faults.some(isError)) return {bundle: undefined, faults, sources, lists, policies}
  const rates: Rates = ratesFile === undefined ? new Map() : toRates(ratesFile)
  const id = contentHash(open.contents, streams, settings)
  const {predicates, fieldsInUse} = context
  const bundle = assembleBundle({
    id,
    settings,
    streams,
    rules,
    sources,
    policy,
    rates,
    features,
    predicates,
    fieldsInUse,
    ruleFields,
  })
  return {bundle, faults, sources, lists, policies}
}

/** The lists by name. */
function valueLists(
  readings: readonly Reading<ListFile>[],
  amendments: Amendments,
  faults: SourceFault[],
): ReadonlyMap<string, ValueList> {
  const lists = new Map<string, ValueList>()
  for (const {value, faultAt} of readings) {
    if (value === undefined) continue
    const {name} = value
    if (lists.has(name))
      faults.push(faultAt(['name'], `there are two lists called ${name}`, 'rename one of them'))
    lists.set(name, toValueList(value, addedEntries(name, amendments)))
  }
  return lists
}

function onlyOne<T>(readings: readonly Reading<T>[], faults: SourceFault[]): T | undefined {
  const [first, ...others] = readings
  for (const {path, faultAt} of others) {
    const message = `${path} is a second file of its kind beside ${first?.path}`
    faults.push(faultAt(['schema'], message, 'keep one of them'))
  }
  return first?.value
}
