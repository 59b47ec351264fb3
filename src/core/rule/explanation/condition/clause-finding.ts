import type {Clause} from '../../../expression/clauses.js'
import {type Evaluation, FALSE, TRUE} from '../../../expression/evaluation.js'
import {children, type Term} from '../../../expression/term.js'
import type {Plain} from '../change/change.js'
import {plainOrNull} from '../change/field-change.js'
import {NUMBER_TYPES} from '../change/value-change.js'
import {type Assignment, see} from '../trial/assignment.js'
import type {RulePart} from '../trial/rule-parts.js'
import type {Trial} from '../trial/trial.js'
import {readValue} from './atoms.js'
import {missingInputs} from './missing-inputs.js'
import {type Names, textOf} from './term-text.js'

/** One part of a condition with what it found. */
export interface ClauseFinding {
  /** The rule's name for the event that was tested. */
  readonly as: string
  readonly text: string
  readonly outcome: 'true' | 'false' | 'missing'
  /** What stands on the left of the comparison; null if it is missing or no comparison. */
  readonly value: Plain | null
  /** Durations and times are in milliseconds. */
  readonly type: 'number' | 'duration' | 'time' | null
  /** What it is compared with. */
  readonly limit: Plain | null
  /** How far the value is from its limit; null where it cannot be measured. */
  readonly off_by: number | null
  /** What is not there: fields and joins. */
  readonly missing: readonly string[]
  /** What the clause reads, where it is more than one comparison. */
  readonly reads: {readonly [text: string]: Plain | null}
}

/** Every clause of the conditions that an assignment can be held against. */
export function clauseFindings(trial: Trial, assignment: Assignment): readonly ClauseFinding[] {
  const isBound = (slot: number): boolean => assignment.bound[slot] !== undefined
  return trial.parts
    .filter(({role, slot, condition}) => role === 'bound' && [slot, ...condition.slots].every(isBound))
    .flatMap((part) => {
      const evaluation = see(assignment, part, trial.view)
      return part.condition.clauses.map((clause) => findingOf(clause, part, evaluation, trial.names))
    })
}

function findingOf(clause: Clause, {as}: RulePart, evaluation: Evaluation, names: Names): ClauseFinding {
  const {text, term, subject} = clause
  const truth = clause.test(evaluation)
  const value = plainOrNull(subject?.value(evaluation))
  const limit = plainOrNull(subject?.bound(evaluation))
  const isMeasured = typeof value === 'number' && typeof limit === 'number'
  return {
    as,
    text,
    outcome: truth === TRUE ? 'true' : truth === FALSE ? 'false' : 'missing',
    value,
    type: typeof value === 'number' ? (NUMBER_TYPES[subject?.type ?? 'dyn'] ?? null) : null,
    limit,
    off_by: isMeasured ? Math.abs(value - limit) : null,
    missing: truth === TRUE || truth === FALSE ? [] : missingInputs(term, evaluation, names),
    reads: subject === undefined ? readsOf(term, evaluation, names) : {},
  }
}

/** The values that a condition rests on, under the names that it uses. */
function readsOf(term: Term, evaluation: Evaluation, names: Names): {readonly [text: string]: Plain | null} {
  const leaves = leavesOf(term)
  return Object.fromEntries(
    leaves.map((leaf) => [textOf(leaf, names), plainOrNull(readValue(leaf, evaluation))]),
  )
}

function leavesOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'field':
    case 'time':
    case 'feature':
    case 'property':
    case 'element':
    case 'span':
    case 'aggregate':
      return [term]
    default:
      return children(term).flatMap(leavesOf)
  }
}
