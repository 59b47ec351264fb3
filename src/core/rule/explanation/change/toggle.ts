import {TURNED} from '../../../expression/canonical.js'
import {type Evaluation, TRUE} from '../../../expression/evaluation.js'
import type {ComparisonOperator} from '../../../expression/syntax.js'
import type {CompareTerm, InItemsTerm, InListTerm, Term} from '../../../expression/term.js'
import {readValue, truthOf} from '../condition/atoms.js'
import {entriesOf, plainField, readsField} from '../condition/compared-values.js'
import {sourceEvent} from '../condition/missing-inputs.js'
import {OPPOSITE} from '../condition/relation.js'
import type {SeenAtom} from '../condition/seen-atom.js'
import {nameOf, textOf} from '../condition/term-text.js'
import {see} from '../trial/assignment.js'
import type {Trial} from '../trial/trial.js'
import type {Change, Plain} from './change.js'
import {type EventField, numberChange, plainOrNull, valueChange} from './field-change.js'
import {solvedChanges} from './solved-change.js'
import {conditionChange, derivedChange} from './value-change.js'

/** A side of a comparison that is a field of an event. */
interface FieldSide {
  readonly of: EventField
  readonly relation: ComparisonOperator
  readonly other: unknown
}

/** The ways to turn an atom from true to not true, or from not true to true: the most telling first, often only one. */
export function togglesOf(trial: Trial, seen: SeenAtom): readonly Change[] {
  const {atom, part, assignment} = seen
  const evaluation = see(assignment, part, trial.view)
  const isWanted = truthOf(atom, evaluation) !== TRUE
  const changes =
    atom.kind === 'compare'
      ? comparisonChanges(trial, seen, atom, isWanted, evaluation)
      : atom.kind === 'in-items' || atom.kind === 'in-list'
        ? searchChanges(trial, seen, atom, isWanted, evaluation)
        : []
  return changes.length > 0 ? changes : [conditionChange(trial, seen, isWanted)]
}

function comparisonChanges(
  trial: Trial,
  seen: SeenAtom,
  atom: CompareTerm,
  isWanted: boolean,
  evaluation: Evaluation,
): readonly Change[] {
  const {assignment} = seen
  const operator = isWanted ? atom.operator : OPPOSITE[atom.operator]
  const sides = [
    ...fieldSide(atom.left, atom.right, operator, evaluation, trial),
    ...fieldSide(atom.right, atom.left, TURNED[operator], evaluation, trial),
  ].sort((a, b) => Number(b.of.event === assignment.anchor) - Number(a.of.event === assignment.anchor))
  for (const {of, relation, other} of sides) {
    const change =
      typeof other === 'number'
        ? numberChange(trial, of, relation, other, assignment)
        : (relation === '==' || relation === '!=') && plainOrNull(other) !== null
          ? valueChange(trial, of, relation, [other as Plain], other as Plain, assignment)
          : undefined
    if (change !== undefined) return [change]
  }
  const solved = solvedChanges(trial, seen, atom, operator)
  // A number of an event cannot change without what is computed from it.
  if (isField(atom.left) || isField(atom.right)) return solved
  const derived = derivedChange(trial, seen, atom, operator)
  return derived === undefined ? solved : [derived, ...solved]
}

function searchChanges(
  trial: Trial,
  seen: SeenAtom,
  atom: InItemsTerm | InListTerm,
  isWanted: boolean,
  evaluation: Evaluation,
): readonly Change[] {
  const field = eventField(atom.value, evaluation, trial)
  if (field === undefined) return []
  const entries =
    atom.kind === 'in-items'
      ? atom.items.map((item) => plainOrNull(readValue(item, evaluation))).filter((value) => value !== null)
      : entriesOf(atom).filter((entry) => (atom.list.entries.get(entry) as number) > evaluation.anchorTime)
  const text = textOf(atom, trial.names).replace(/^.*? in /, '')
  const change = valueChange(trial, field, isWanted ? 'in' : 'not in', entries, text, seen.assignment)
  return change === undefined ? [] : [change]
}

function fieldSide(
  side: Term,
  otherSide: Term,
  relation: ComparisonOperator,
  evaluation: Evaluation,
  trial: Trial,
): readonly FieldSide[] {
  const of = eventField(side, evaluation, trial)
  const other = readValue(otherSide, evaluation)
  if (of === undefined || other === undefined) return []
  // A border that moves with the value is none.
  const isFixed = !readsField(otherSide, of.event, of.field, evaluation)
  return isFixed ? [{of, relation, other}] : []
}

function eventField(term: Term, evaluation: Evaluation, {names}: Trial): EventField | undefined {
  const found = plainField(term)
  if (found === undefined) return undefined
  const event = sourceEvent(found.source, evaluation)
  return event === undefined ? undefined : {event, as: nameOf(found.source, names), field: found.field}
}

function isField(term: Term): boolean {
  return plainField(term) !== undefined
}
