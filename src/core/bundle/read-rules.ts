import {MODEL_RULE} from '../decision/score-decision.js'
import {compileRule} from '../rule/compile-rule.js'
import {mendedRuleFile} from '../rule/mended-rule-file.js'
import type {Rule} from '../rule/rule.js'
import type {RuleContext} from '../rule/rule-compilation.js'
import {
  headerOnlySchema,
  MATCH_FORM_NAMES,
  matchFormsOf,
  type RuleFile,
  ruleFileSchema,
} from '../rule/rule-file.js'
import {firstOf} from '../source/fault-limit.js'
import type {FaultAt, SourceFault} from '../source/source-fault.js'
import type {RawDocument} from '../source/yaml-document.js'
import {type Amendments, amendedRule} from './amendments-file.js'
import type {RuleSource} from './bundle.js'
import type {FieldNames} from './kept-fields.js'
import {meaningOf} from './meaning.js'
import type {OpenFile} from './open-files.js'
import {ruleTestFaults} from './rule-test-faults.js'

export interface ReadRules {
  /** Those that run: live and shadow. */
  readonly rules: readonly Rule[]
  /** All that fit the schema, also those whose conditions are faulty. */
  readonly sources: readonly RuleSource[]
  readonly ruleFields: ReadonlyMap<string, FieldNames>
}

/** Checks and compiles rule files, in the order of their ids: neither file names nor folders shape a result. */
export function readRules(
  files: readonly OpenFile[],
  amendments: Amendments,
  context: RuleContext,
  faults: SourceFault[],
): ReadRules {
  const rules: Rule[] = []
  const sources: RuleSource[] = []
  const ruleFields = new Map<string, FieldNames>()
  const pathById = new Map<string, string>()
  const checked = files.map(({path, raw}) => ({path, document: checkRule(raw, context, faults)}))
  checked.sort((a, b) => ((a.document?.value.id ?? '') < (b.document?.value.id ?? '') ? -1 : 1))
  for (const {path, document} of checked) {
    if (document === undefined) continue
    const {faultAt} = document
    const value = amendedRule(document.value, amendments)
    const {id, mode, tests} = value
    const first = pathById.get(id)
    if (first !== undefined)
      faults.push(faultAt(['id'], `the id ${id} is taken by ${first}`, 'give each rule its own id'))
    if (id === MODEL_RULE)
      faults.push(faultAt(['id'], 'model is what alerts of the model are called', 'choose another id'))
    pathById.set(id, path)
    faults.push(...firstOf(ruleTestFaults(tests, context.streams, faultAt)))
    // A rule that is off is checked like any other, but leaves no trace on the hot path.
    const own = new Map<string, Set<string>>()
    const at = mode === 'off' ? withoutTrace(context) : {...context, fieldsInUse: own}
    const rule = compileRule(value, rules.length, at, faultAt, faults)
    const variant: RuleSource['variant'] = (match, vary) =>
      compileRule({...value, match}, 0, {...withoutTrace(context), vary}, faultAt, [])
    sources.push({...value, path, meaning: meaningOf(value), faultAt, variant})
    if (rule === undefined || rule.mode === 'off') continue
    rules.push(rule)
    ruleFields.set(id, own)
    for (const [stream, fields] of own) use(context.fieldsInUse, stream, fields)
  }
  return {rules, sources, ruleFields}
}

function use(inUse: Map<string, Set<string>>, stream: string, fields: ReadonlySet<string>): void {
  inUse.set(stream, new Set([...(inUse.get(stream) ?? []), ...fields]))
}

/** A context in which a rule can be compiled without a trace on the hot path. */
function withoutTrace(context: RuleContext): RuleContext {
  return {...context, predicates: new Map(), fieldsInUse: new Map()}
}

function checkRule(
  raw: RawDocument,
  context: RuleContext,
  faults: SourceFault[],
): {readonly value: RuleFile; readonly faultAt: FaultAt} | undefined {
  const [form, second] = matchFormsOf((raw.data as {match?: unknown}).match)
  if (form === undefined || second !== undefined) {
    const rest = raw.check(headerOnlySchema)
    const named = form === undefined ? 'names no form of rule' : `names both ${form} and ${second}`
    const remedy = `write exactly one of ${MATCH_FORM_NAMES.join(', ')}`
    faults.push(...rest.faults, rest.faultAt(['match'], `match ${named}`, remedy))
    return undefined
  }
  const document = raw.check<RuleFile>(ruleFileSchema(form))
  const {value, faultAt} = document
  faults.push(...document.faults)
  if (value !== undefined) return {value, faultAt}
  // Its conditions are checked all the same, so that everything wrong with the file is told at once.
  const mended = mendedRuleFile(form, raw.data)
  if (mended !== undefined) compileRule(mended, 0, withoutTrace(context), faultAt, faults)
  return undefined
}
