import {LOCATIONS} from '../../../event/stream.js'
import {type EventTime, formatTime} from '../../../event/time.js'
import type {Relation, ValueTold} from '../change/change.js'
import {aboutDollars, dollars, durationExactly, exactly, roughly} from './figures.js'
import {plural} from './nouns.js'

/** A border on a distance, a count or another derived value: `if from and to were ≤ 1,000 miles apart`. */
export function valuePhrase(change: ValueTold, tellsIds: boolean): string {
  const {name, subject, relation, value, was, stream} = change
  const events = eventsOf(change, tellsIds)
  const border = borderOf(change)
  switch (name) {
    case 'distance_miles':
      return `if ${events} were ${sign(relation)}${border} miles apart`
    case 'distance_km':
      return `if ${events} were ${sign(relation)}${border} km apart`
    case 'speed_kmh':
      return `at a speed of ${sign(relation)}${border} km/h${betweenNames(change)}`
    case 'count':
      return countPhrase(relation, border, stream ?? 'events')
    case 'distinct':
      return countPhrase(relation, border, `different ${plural(fieldOf(subject))}`)
    case 'sum':
      return `with a total of ${amount(relation, border)}`
    case 'seconds_between':
      return value < 0 || (was ?? 0) < 0
        ? `if ${subject} were ${sign(relation)}${border}`
        : `if ${events} were ${sign(relation)}${durationExactly(value * 1000)} apart`
    default:
      return `if ${subject} were ${sign(relation)}${border}`
  }
}

/** What it was instead: `3 were there`, `they are 81 miles apart`. */
export function valueWas({name, subject, type, was}: ValueTold): string {
  if (was === null) return 'it is not known'
  switch (name) {
    case 'count':
    case 'distinct':
      return `${exactly(was)} ${was === 1 ? 'was' : 'were'} there`
    case 'distance_miles':
      return `they are ${roughly(was)} miles apart`
    case 'distance_km':
      return `they are ${roughly(was)} km apart`
    case 'speed_kmh':
      return `it was ${roughly(was)} km/h`
    case 'seconds_between':
      return was < 0 ? `it was ${exactly(was)}` : `they are ${durationExactly(was * 1000)} apart`
  }
  if (type === 'duration') return `it was ${durationExactly(was)}`
  if (type === 'time') return `it was ${formatTime(was as EventTime)}`
  return `it was ${subject.includes('amount_usd') ? aboutDollars(was) : roughly(was)}`
}

function borderOf({type, subject, value}: ValueTold): string {
  if (type === 'duration') return durationExactly(value)
  if (type === 'time') return formatTime(value as EventTime)
  const isDollars = subject.includes('amount_usd') && !subject.startsWith('distinct')
  return isDollars ? dollars(value) : exactly(value)
}

function countPhrase(relation: Relation, count: string, what: string): string {
  switch (relation) {
    case '>=':
      return `from ${count} ${what}`
    case '>':
      return `with more than ${count} ${what}`
    case '<':
      return `with fewer than ${count} ${what}`
    case '<=':
      return `with ${count} ${what} or fewer`
    case '!=':
      return `with more or fewer than ${count} ${what}`
    default:
      return `with exactly ${count} ${what}`
  }
}

/** `$1,000.00 or less` */
export function amount(relation: Relation, figure: string): string {
  switch (relation) {
    case '>=':
      return `${figure} or more`
    case '>':
      return `more than ${figure}`
    case '<':
      return `less than ${figure}`
    case '<=':
      return `${figure} or less`
    case '!=':
      return `anything but ${figure}`
    default:
      return figure
  }
}

const SIGNS: {readonly [relation in Relation]?: string} = {
  '<': '< ',
  '<=': '≤ ',
  '>': '> ',
  '>=': '≥ ',
  '!=': 'anything but ',
  '==': '',
}

function sign(relation: Relation): string {
  return SIGNS[relation] ?? ''
}

/** ` from here to there`; nothing where a join says from where. */
function betweenNames({of}: ValueTold): string {
  const [one, other] = of
  const isJoined = of.some(({as}) => as === 'location' || as === 'merchant')
  return one === undefined || other === undefined || isJoined ? '' : ` from ${one.as} to ${other.as}`
}

/** `from and to`; two fixes of the user are just that. */
function eventsOf({of, subject}: ValueTold, tellsIds: boolean): string {
  const [one, other] = of
  if (one === undefined || other === undefined) return subject
  const ids = tellsIds ? ` (${one.id}, ${other.id})` : ''
  const areFixes = one.stream === LOCATIONS && other.stream === LOCATIONS
  return areFixes ? `the fixes${ids}` : `${one.as} and ${other.as}${ids}`
}

/** `card_id` of `distinct(tx.card_id)`. */
function fieldOf(subject: string): string {
  return (
    subject
      .slice(subject.indexOf('(') + 1, -1)
      .split('.')
      .at(-1) ?? subject
  )
}
