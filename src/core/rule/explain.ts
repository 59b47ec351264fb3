import type {StoredEvent} from '../event/stored-event.js'
import {TRANSACTIONS} from '../event/stream.js'
import type {Clause, Subject} from '../expression/clauses.js'
import {TRUE} from '../expression/evaluation.js'
import {detailOf} from './explanation/wording/detail.js'
import {aboutDollars, exactly} from './explanation/wording/figures.js'
import {singularEvent} from './explanation/wording/nouns.js'
import type {KeyView, Match} from './form.js'
import {bindJoins} from './predicate.js'
import type {Rule} from './rule.js'

/** One part of a condition with what it found. */
export interface ExplainedClause {
  readonly text: string
  /** What stands on the left of the comparison; null if it is missing or no comparison. */
  readonly value: number | string | boolean | null
  readonly holds: boolean
}

/** Why a rule fires for an anchor. */
export interface Explanation {
  /** A sentence for a person. */
  readonly reason: string
  readonly clauses: readonly ExplainedClause[]
  /** What would have to be different for it not to fire: any one of these. */
  readonly flips: readonly string[]
}

export function explain(rule: Rule, anchor: StoredEvent, match: Match, view: KeyView): Explanation {
  const reason = reasonFor(rule, anchor, match, view)
  const clauses: ExplainedClause[] = []
  const flips: string[] = []
  for (const {condition, joinSlot} of rule.form.conditions) {
    bindJoins(condition, view.evaluation.bound[joinSlot] ?? anchor, view)
    for (const clause of condition.clauses) {
      clauses.push(explainClause(clause, view))
      const flip = describeFlip(clause, anchor, view)
      if (flip !== undefined && !flips.includes(flip)) flips.push(flip)
    }
  }
  return {reason, clauses, flips}
}

/** The sentence alone: all that is told where no alert is opened. */
export function reasonFor(rule: Rule, anchor: StoredEvent, match: Match, view: KeyView): string {
  const details: string[] = []
  rule.form.bind(anchor, match, view)
  for (const {condition, joinSlot} of rule.form.conditions) {
    bindJoins(condition, view.evaluation.bound[joinSlot] ?? anchor, view)
    for (const clause of condition.clauses) {
      const detail = detailOf(clause, anchor, rule, view.evaluation)
      if (detail !== undefined && !details.includes(detail)) details.push(detail)
    }
  }
  const what = describeAnchor(anchor)
  return details.length === 0 ? `${what}: ${rule.title}` : [what, ...details].join(', ')
}

function explainClause(clause: Clause, view: KeyView): ExplainedClause {
  const value = clause.subject?.value(view.evaluation)
  return {text: clause.text, value: printable(value), holds: clause.test(view.evaluation) === TRUE}
}

function printable(value: unknown): number | string | boolean | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}

/** `$7,240.00 at m77`, `$300.00 transfer to c9`, or the event's kind and id. */
function describeAnchor(anchor: StoredEvent): string {
  if (anchor.stream !== TRANSACTIONS) return `${singularEvent(anchor.stream)} ${anchor.id}`
  const {amount_usd, merchant_id, counterparty_id, type} = anchor.fields
  const amount = typeof amount_usd === 'number' ? aboutDollars(amount_usd) : 'unknown amount'
  const kind = typeof type === 'string' && type !== 'purchase' ? ` ${type}` : ''
  if (typeof merchant_id === 'string') return `${amount}${kind} at ${merchant_id}`
  return typeof counterparty_id === 'string' ? `${amount}${kind} with ${counterparty_id}` : `${amount}${kind}`
}

const OPPOSITE: {readonly [operator in Subject['operator']]: string} = {
  '>': '≤',
  '>=': '<',
  '<': '≥',
  '<=': '>',
  '==': '≠',
  '!=': '=',
  in: 'not in',
}

/** The other side of a comparison: `amount_usd ≤ 5000.00`; of another event than the anchor with its name. */
function describeFlip({subject}: Clause, anchor: StoredEvent, {evaluation}: KeyView): string | undefined {
  if (subject === undefined) return undefined
  const {kind, slots, operator, boundText, text} = subject
  const isOfAnchor = slots[0] !== undefined && evaluation.bound[slots[0]] === anchor
  const name = kind === 'field' && isOfAnchor ? subject.name : text
  const bound = subject.bound(evaluation)
  const limit = typeof bound === 'number' ? limitText(bound, text.includes('amount')) : boundText
  return `${name} ${OPPOSITE[operator]} ${limit}`
}

/** Exact: a rounded limit would promise what is not true. */
function limitText(limit: number, isMoney: boolean): string {
  const inCents = limit.toFixed(2)
  return isMoney && Number(inCents) === limit ? inCents : exactly(limit)
}
