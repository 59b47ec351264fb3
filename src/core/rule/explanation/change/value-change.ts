import {TURNED} from '../../../expression/canonical.js'
import {type Evaluation, TRUE} from '../../../expression/evaluation.js'
import type {ValueType} from '../../../expression/scope.js'
import type {ComparisonOperator} from '../../../expression/syntax.js'
import type {CompareTerm, Term} from '../../../expression/term.js'
import {readValue, truthOf} from '../condition/atoms.js'
import {sourceEvent} from '../condition/missing-inputs.js'
import {limitFor} from '../condition/relation.js'
import {clauseOf, type SeenAtom} from '../condition/seen-atom.js'
import {nameOf as sourceName, textOf} from '../condition/term-text.js'
import {see} from '../trial/assignment.js'
import type {Hypothesis} from '../trial/hypothesis.js'
import type {Trial} from '../trial/trial.js'
import type {Change, ValueTold} from './change.js'

/** What the numbers of a type mean. */
export const NUMBER_TYPES: {readonly [type in ValueType]?: ValueTold['type']} = {
  double: 'number',
  dyn: 'number',
  duration: 'duration',
  timestamp: 'time',
}

/** A part of a condition would be true, or not, for the events that it was seen with. */
export function conditionChange(trial: Trial, seen: SeenAtom, holds: boolean): Change {
  const {term, text} = clauseOf(seen)
  const clause = term === seen.atom ? text : textOf(seen.atom, trial.names)
  return {told: {what: 'condition', clause, holds}, hypothesis: decided(seen, holds), also: [], far: []}
}

/**
 * What is compared (a distance, a count, a sum) would stand so to its border. `operator` is the relation of the left
 * side to the right that is asked for. Undefined where they are no numbers.
 */
export function derivedChange(
  trial: Trial,
  seen: SeenAtom,
  atom: CompareTerm,
  operator: ComparisonOperator,
): Change | undefined {
  const isTurned = atom.left.kind === 'constant'
  const [subject, bound] = isTurned ? [atom.right, atom.left] : [atom.left, atom.right]
  const relation = isTurned ? TURNED[operator] : operator
  const evaluation = see(seen.assignment, seen.part, trial.view)
  const border = readValue(bound, evaluation)
  const was = readValue(subject, evaluation)
  const type = NUMBER_TYPES[subject.type]
  if (type === undefined || typeof border !== 'number') return undefined
  if (was !== undefined && typeof was !== 'number') return undefined
  const clause = clauseOf(seen)
  const told: ValueTold = {
    what: 'value',
    subject:
      clause.term === atom && clause.subject !== undefined
        ? clause.subject.text
        : textOf(subject, trial.names),
    name: nameOf(subject),
    type,
    relation,
    value: border,
    was: was ?? null,
    place: seen.part.place,
    clause: clause.text,
    stream: subject.kind === 'aggregate' ? subject.group.stream : null,
    of: eventsOf(subject, trial, evaluation),
    limit: null,
  }
  const change: Change = {
    told,
    hypothesis: decided(seen, truthOf(atom, evaluation) !== TRUE),
    also: [],
    far: [],
  }
  const limit = was === undefined ? undefined : limitFor(relation, was)
  if (limit === undefined || !Number.isFinite(limit)) return change
  return {...change, limit: {value: limit, suppose: (value) => withLimit(seen, atom, value, isTurned)}}
}

function eventsOf(subject: Term, {names}: Trial, evaluation: Evaluation): ValueTold['of'] {
  const sources = subject.kind === 'span' ? [subject.from, subject.to] : []
  return sources.flatMap((source) => {
    const event = sourceEvent(source, evaluation)
    return event === undefined ? [] : [{as: sourceName(source, names), stream: event.stream, id: event.id}]
  })
}

/** The rule as it is, but for the number that it compares with. */
function withLimit(
  {part, clause}: SeenAtom,
  atom: CompareTerm,
  value: number,
  isTurned: boolean,
): Hypothesis {
  const side = isTurned ? 'left' : 'right'
  const becomes: Term = {...atom, [side]: {kind: 'constant', type: atom[side].type, value}}
  return [{kind: 'atom', place: part.place, clause, atom, becomes, where: undefined}]
}

/** The atom would be so for the events that its condition is about, and as it is for all others. */
function decided({part, clause, atom, assignment}: SeenAtom, holds: boolean): Hypothesis {
  const becomes: Term = {kind: 'constant', type: 'bool', value: holds}
  const where = new Map(
    [part.slot, ...part.condition.slots].flatMap((slot) => {
      const event = assignment.bound[slot]
      return event === undefined ? [] : [[slot, event] as const]
    }),
  )
  return [{kind: 'atom', place: part.place, clause, atom, becomes, where}]
}

function nameOf(term: Term): string {
  switch (term.kind) {
    case 'narrow':
    case 'widen':
      return nameOf(term.operand)
    case 'span':
    case 'aggregate':
      return term.name
    case 'call':
      return term.entry.name
    default:
      return ''
  }
}
