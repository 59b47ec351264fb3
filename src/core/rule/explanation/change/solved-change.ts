import {TURNED} from '../../../expression/canonical.js'
import type {ComparisonOperator} from '../../../expression/syntax.js'
import {type CompareTerm, children, type Term} from '../../../expression/term.js'
import {readValue} from '../condition/atoms.js'
import type {SeenAtom} from '../condition/seen-atom.js'
import {type Assignment, see} from '../trial/assignment.js'
import {withField} from '../trial/changed-event.js'
import type {Trial} from '../trial/trial.js'
import type {Change} from './change.js'
import {numberChange} from './field-change.js'

/** Differences smaller than this, relative to the number, come from adding up doubles. */
const ROUNDING = 1e-9

/**
 * The anchor's own numbers, where they shape both sides of a comparison, or are part of a sum or an average: found where
 * the two sides would meet if they moved in a straight line. Whether they do is for a trial to say.
 */
export function solvedChanges(
  trial: Trial,
  seen: SeenAtom,
  atom: CompareTerm,
  operator: ComparisonOperator,
): readonly Change[] {
  const {assignment} = seen
  const {anchor, bound} = assignment
  const as = trial.names[bound.indexOf(anchor)]
  if (as === undefined || operator === '==' || operator === '!=') return []
  return [...new Set(fieldsIn(atom))].flatMap((field) => {
    const value = anchor.fields[field]
    if (typeof value !== 'number') return []
    const here = difference(trial, seen, atom, field, value)
    const slope = difference(trial, seen, atom, field, value + 1) - here
    const border = value - here / slope
    if (!Number.isFinite(border)) return []
    const relation = slope > 0 ? operator : TURNED[operator]
    const of = {event: anchor, as, field}
    const cents = toCents(border, relation)
    // Doubles may add up to a little too much or too little: then it takes another cent.
    return [cents, relation.startsWith('<') ? cents - 1 : cents + 1].flatMap((each) => {
      const change = numberChange(trial, of, relation, each / 100, assignment)
      return change === undefined ? [] : [{...change, short: []}]
    })
  })
}

/** Left side less right side, if a field of the anchor had a value. */
function difference(trial: Trial, seen: SeenAtom, atom: CompareTerm, field: string, value: number): number {
  const {part, assignment} = seen
  const evaluation = see(withAnchorField(assignment, field, value), part, trial.view)
  return Number(readValue(atom.left, evaluation)) - Number(readValue(atom.right, evaluation))
}

function withAnchorField({anchor, bound, groups}: Assignment, field: string, value: number): Assignment {
  const changed = withField(anchor, field, value)
  return {
    anchor: changed,
    bound: bound.map((event) => (event === anchor ? changed : event)),
    groups: groups.map((members) => members?.map((event) => (event === anchor ? changed : event))),
  }
}

/** A whole number of cents that stands on the side that is asked for. */
function toCents(border: number, relation: ComparisonOperator): number {
  const exact = border * 100
  const nearest = Math.round(exact)
  if (Math.abs(nearest - exact) <= ROUNDING * Math.max(1, Math.abs(exact))) return nearest
  return relation.startsWith('<') ? Math.floor(exact) : Math.ceil(exact)
}

function fieldsIn(term: Term): readonly string[] {
  return term.kind === 'field' ? [term.field] : children(term).flatMap(fieldsIn)
}
