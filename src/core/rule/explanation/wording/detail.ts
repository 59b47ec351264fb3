import type {StoredEvent} from '../../../event/stored-event.js'
import {LOCATIONS} from '../../../event/stream.js'
import type {Clause, Subject} from '../../../expression/clauses.js'
import type {Evaluation} from '../../../expression/evaluation.js'
import type {SpanTerm, Term} from '../../../expression/term.js'
import {describeDuration} from '../../../source/duration.js'
import type {Rule} from '../../rule.js'
import {aboutDollars, roughly} from './figures.js'
import {plural, singular} from './nouns.js'

/** What a clause found, as a part of the sentence that begins with the anchor; undefined where that says it already. */
export function detailOf(
  {term, subject}: Clause,
  anchor: StoredEvent,
  rule: Rule,
  evaluation: Evaluation,
): string | undefined {
  const value = subject?.value(evaluation)
  if (subject === undefined || value === undefined) return undefined
  const span = term.kind === 'compare' ? (spanIn(term.left) ?? spanIn(term.right)) : undefined
  if (span !== undefined && subject.kind === 'call')
    return spanDetail(span, subject, Number(value), anchor, evaluation)
  const isMoney = subject.text.includes('amount')
  switch (subject.name) {
    case 'count':
      return `${roughly(Number(value))} ${rule.form.anchorStream} in ${describeDuration(rule.form.lookback)}`
    case 'distinct':
      return distinctDetail(Number(value), subject)
    case 'sum':
      return `${isMoney ? aboutDollars(Number(value)) : roughly(Number(value))} in total`
  }
  return subject.kind === 'field' ? fieldDetail(subject, value) : undefined
}

function spanIn(term: Term): SpanTerm | undefined {
  return term.kind === 'span' ? term : undefined
}

/** Not what the sentence begins with, the amount and the type, and not what every match must equal. */
function fieldDetail(subject: Subject, value: unknown): string | undefined {
  const isOfJoin = subject.slots.length === 0
  if (isOfJoin)
    return `${subject.text.replace('.', ' ')} ${typeof value === 'number' ? roughly(value) : String(value)}`
  if (/^amount/.test(subject.name) || subject.name === 'type') return undefined
  if (typeof value === 'number') return `${subject.name} ${roughly(value)}`
  return subject.operator === 'in' ? `${subject.name} ${String(value)}` : undefined
}

/** `5 different cards`, `one card` */
function distinctDetail(count: number, {text}: Subject): string {
  const inner = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
  const field = inner.slice(inner.lastIndexOf('.') + 1).trim()
  return count === 1 ? `one ${singular(field)}` : `${roughly(count)} different ${plural(field)}`
}

function spanDetail(
  {name, from, to}: SpanTerm,
  {operator}: Subject,
  value: number,
  anchor: StoredEvent,
  {bound}: Evaluation,
): string | undefined {
  const joined = [from, to].find(({kind}) => kind === 'location' || kind === 'merchant')
  const what =
    joined?.kind === 'location' ? 'the location fix' : joined === undefined ? undefined : 'the merchant'
  if (name === 'speed_kmh') return `at ${roughly(value)} km/h`
  if (name === 'seconds_between') {
    const apart = describeDuration(Math.abs(value) * 1000)
    const isAfter = joined === from ? value >= 0 : value < 0
    return what === undefined ? `${apart} apart` : `${apart} ${isAfter ? 'after' : 'before'} ${what}`
  }
  const distance = `${roughly(value)} ${name === 'distance_km' ? 'km' : 'miles'}`
  if (what !== undefined) return `${distance} from ${what}`
  const fixes = [bound[from.slot], bound[to.slot]].filter((event) => event?.stream === LOCATIONS)
  if (fixes.length < 2) return `${distance} apart`
  return operator === '>' || operator === '>='
    ? moveDetail(distance, fixes as StoredEvent[], anchor)
    : undefined
}

/** `14 minutes after moving 3,461 miles`, from one fix of the user to the other. */
function moveDetail(distance: string, fixes: readonly StoredEvent[], anchor: StoredEvent): string {
  const moved = Math.max(...fixes.map(({time}) => time))
  if (anchor.time === moved) return `while moving ${distance}`
  const elapsed = describeDuration(Math.abs(anchor.time - moved))
  return `${elapsed} ${anchor.time > moved ? 'after' : 'before'} moving ${distance}`
}
