import type {StoredEvent} from '../event/stored-event.js'
import {LOCATIONS, TRANSACTIONS} from '../event/stream.js'
import type {Clause, Subject} from '../expression/clauses.js'
import {TRUE} from '../expression/evaluation.js'
import {describeDuration} from '../source/duration.js'
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
  const clauses: ExplainedClause[] = []
  const flips: string[] = []
  const details: string[] = []
  rule.form.bind(anchor, match, view)
  for (const {condition, joinSlot} of rule.form.conditions) {
    bindJoins(condition, view.evaluation.bound[joinSlot] ?? anchor, view)
    for (const clause of condition.clauses) {
      clauses.push(explainClause(clause, view))
      const {subject} = clause
      if (subject === undefined) continue
      const flip = describeFlip(subject, view)
      if (flip !== undefined && !flips.includes(flip)) flips.push(flip)
      const detail = describeSubject(subject, anchor, rule, view)
      if (detail !== undefined && !details.includes(detail)) details.push(detail)
    }
  }
  const what = describeAnchor(anchor)
  const reason = details.length === 0 ? `${what}: ${rule.title}` : [what, ...details].join(', ')
  return {reason, clauses, flips}
}

function explainClause(clause: Clause, view: KeyView): ExplainedClause {
  const value = clause.subject?.value(view.evaluation)
  return {text: clause.text, value: printable(value), holds: clause.test(view.evaluation) === TRUE}
}

function printable(value: unknown): number | string | boolean | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}

/** `$7,240.00 at m77`, `$300.00 transfer to c9`, or the event's stream and id. */
function describeAnchor(anchor: StoredEvent): string {
  if (anchor.stream !== TRANSACTIONS) return `${anchor.stream} ${anchor.id}`
  const {amount_usd, merchant_id, counterparty_id, type} = anchor.fields
  const amount = typeof amount_usd === 'number' ? dollars(amount_usd) : 'unknown amount'
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

/** The other side of a comparison: `amount_usd ≤ 5000.00`. */
function describeFlip(subject: Subject, view: KeyView): string | undefined {
  const name = subject.kind === 'field' ? subject.name : subject.text
  const bound = subject.bound(view.evaluation)
  const limit = typeof bound === 'number' ? plainNumber(bound, isMoney(subject)) : subject.boundText
  return `${name} ${OPPOSITE[subject.operator]} ${limit}`
}

/** What a clause found, as a part of the sentence; undefined where the sentence already says it. */
function describeSubject(
  subject: Subject,
  anchor: StoredEvent,
  rule: Rule,
  view: KeyView,
): string | undefined {
  const value = subject.value(view.evaluation)
  if (value === undefined) return undefined
  const events = subject.slots.map((slot) => view.evaluation.bound[slot])
  switch (subject.name) {
    case 'distance_miles':
      return describeMove(`${plainNumber(Number(value))} miles`, events, anchor)
    case 'distance_km':
      return describeMove(`${plainNumber(Number(value))} km`, events, anchor)
    case 'speed_kmh':
      return `at ${plainNumber(Number(value))} km/h`
    case 'seconds_between':
      return `${describeDuration(Math.abs(Number(value)) * 1000)} apart`
    case 'count':
      return `${plainNumber(Number(value))} ${rule.form.anchorStream} in ${describeDuration(rule.form.lookback)}`
    case 'distinct':
      return describeDistinct(Number(value), subject)
    case 'sum':
      return `${isMoney(subject) ? dollars(Number(value)) : plainNumber(Number(value))} in total`
  }
  return subject.kind === 'field' ? describeField(subject, value) : undefined
}

/** What a field says that the sentence does not yet: not the amount, not what every match must equal. */
function describeField(subject: Subject, value: unknown): string | undefined {
  const ofJoin = subject.slots.length === 0
  if (ofJoin) return `${subject.text.replace('.', ' ')} ${printable(value)}`
  if (/^amount/.test(subject.name)) return undefined
  if (typeof value === 'number') return `${subject.name} ${plainNumber(value)}`
  return subject.operator === 'in' ? `${subject.name} ${String(value)}` : undefined
}

/** `14 minutes after moving 3,461 miles` between two fixes of the user, else `3,461 miles apart`. */
function describeMove(
  distance: string,
  events: readonly (StoredEvent | undefined)[],
  anchor: StoredEvent,
): string {
  const [from, to] = events
  if (from?.stream !== LOCATIONS || to?.stream !== LOCATIONS) return `${distance} apart`
  const moved = Math.max(from.time, to.time)
  if (anchor.time === moved) return `while moving ${distance}`
  const elapsed = describeDuration(Math.abs(anchor.time - moved))
  return `${elapsed} ${anchor.time > moved ? 'after' : 'before'} moving ${distance}`
}

function describeDistinct(count: number, subject: Subject): string {
  return count === 1 ? `one ${argumentOf(subject)}` : `${plainNumber(count)} different ${argumentOf(subject)}`
}

/** `card_id` of `distinct(tx.card_id)`. */
function argumentOf(subject: Subject): string {
  const inner = subject.text.slice(subject.text.indexOf('(') + 1, subject.text.lastIndexOf(')'))
  return inner.slice(inner.lastIndexOf('.') + 1).trim()
}

function isMoney(subject: Subject): boolean {
  return subject.text.includes('amount')
}

const DOLLARS = new Intl.NumberFormat('en-US', {style: 'currency', currency: 'USD'})
const WHOLE = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0})
const SMALL = new Intl.NumberFormat('en-US', {maximumFractionDigits: 2})

function dollars(amount: number): string {
  return DOLLARS.format(amount)
}

/** Two digits after the point for money and small numbers, else none. */
function plainNumber(value: number, money = false): string {
  if (money) return value.toFixed(2)
  return (Math.abs(value) < 10 ? SMALL : WHOLE).format(value)
}
