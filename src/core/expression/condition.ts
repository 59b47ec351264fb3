import type {StoredEvent} from '../event/stored-event.js'
import {canonicalText} from './canonical.js'
import {checkCondition} from './check.js'
import {type Clause, clauseOf} from './clauses.js'
import {fold} from './constant-folding.js'
import type {Evaluation, Truth} from './evaluation.js'
import type {ExpressionFault} from './fault.js'
import {generateTest, generateTestOne} from './generate.js'
import {parseExpression} from './parse.js'
import type {Scope} from './scope.js'
import {children, type Term} from './term.js'
import type {Uses} from './uses.js'

/** What a condition reads besides the times of events. */
export interface ConditionUses {
  readonly location: boolean
  readonly merchant: boolean
  /** `view.name`, sorted. */
  readonly features: readonly string[]
  /** Names, sorted. */
  readonly lists: readonly string[]
  /**
   * Stream → names of its fields, `lat` and `lon` for positions included. The joins count for the streams
   * `locations` and `merchants`. `event_time` is not among them: every stored event has it.
   */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>
}

/** A condition that has passed its check. */
export interface Condition {
  readonly text: string
  /** Equal for equal predicates, see `canonicalText`. */
  readonly canonical: string
  /** Slots of the bound events and groups that it names, ascending. */
  readonly slots: readonly number[]
  readonly uses: ConditionUses
  /**
   * Depends on one bound event alone (or on nothing): no join, feature, aggregate, or list with expiring entries.
   * Then it may be evaluated once, when the event arrives.
   */
  readonly fixed: boolean
  /** Never throws. `ERROR`: not fulfilled, because something is missing. */
  readonly test: (evaluation: Evaluation) => Truth
  /** `test` for the one event that it names. Present if `fixed`. */
  readonly testOne?: (event: StoredEvent) => Truth
  /** Its top-level && parts, in order. */
  readonly clauses: readonly Clause[]
}

export type Compiled =
  | {readonly condition: Condition; readonly warnings: readonly ExpressionFault[]}
  | {readonly faults: readonly ExpressionFault[]}

/** The condition that `text` states, or everything that is wrong with it, by place. */
export function compileCondition(text: string, scope: Scope): Compiled {
  const parsed = parseExpression(text)
  if ('faults' in parsed) return parsed
  const {parts, uses, faults, warnings, constantParts} = checkCondition(parsed.node, text, scope)
  if (faults.length > 0) return {faults}
  const whole = fold({kind: 'and', type: 'bool', parts: parts.map(({term}) => term)})
  const constant = constantWarning(whole, text)
  const clauses = parts.map(({node, term}) => clauseOf(node, term, text))
  return {
    condition: conditionOf(text, whole, clauses, uses),
    warnings: [...warnings, ...(constant === undefined ? constantParts : [constant])],
  }
}

function conditionOf(text: string, whole: Term, clauses: readonly Clause[], uses: Uses): Condition {
  const isJoined = uses.location || uses.merchant || uses.features.size > 0
  const fixed = uses.slots.size <= 1 && !isJoined && !uses.aggregates && !uses.expiringLists
  const condition: Condition = {
    text,
    canonical: canonicalText(whole),
    slots: [...uses.slots].sort((a, b) => a - b),
    uses: plainUses(uses),
    fixed,
    test: generateTest(whole),
    clauses,
  }
  return fixed ? {...condition, testOne: generateTestOne(whole)} : condition
}

export function plainUses({location, merchant, features, lists, fields}: Uses): ConditionUses {
  return {location, merchant, features: [...features].sort(), lists: [...lists].sort(), fields}
}

/** A condition that always says the same is hardly what was meant. */
function constantWarning(whole: Term, text: string): ExpressionFault | undefined {
  if (whole.kind !== 'constant' && !isNameless(whole)) return undefined
  const outcome = whole.kind === 'constant' ? String(whole.value ?? 'an error') : 'the same'
  const message = `the condition is always ${outcome}`
  return {start: 0, end: text.length, message, remedy: 'compare a field of an event'}
}

function isNameless(term: Term): boolean {
  const readsNothing = !['field', 'time', 'feature', 'span', 'aggregate', 'in-list'].includes(term.kind)
  return readsNothing && children(term).every(isNameless)
}
