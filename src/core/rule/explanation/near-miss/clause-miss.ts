import type {Clause} from '../../../expression/clauses.js'
import {type Evaluation, TRUE} from '../../../expression/evaluation.js'
import type {Assignment} from '../trial/assignment.js'
import {see} from '../trial/assignment.js'
import type {RulePart} from '../trial/rule-parts.js'
import type {Trial} from '../trial/trial.js'
import type {ClauseFailure} from './failure.js'

/** A miss that cannot be measured, such as another text. */
const WHOLE_MISS = 1
/** However far off, one missed clause weighs less than another clause on top. */
const GREATEST_MISS = 1e6

/** The clauses of a condition that an assignment does not fulfil. */
export function failedClauses(
  trial: Trial,
  part: RulePart,
  assignment: Assignment,
): readonly ClauseFailure[] {
  const evaluation = see(assignment, part, trial.view)
  return part.condition.clauses.flatMap(({test}, clause) =>
    test(evaluation) === TRUE ? [] : [{kind: 'clause' as const, part, clause}],
  )
}

/** How far a clause is from being true, as a share of its limit: 0.1 is a tenth too little or too much. */
export function missOf({subject}: Clause, evaluation: Evaluation): number {
  if (subject === undefined || subject.operator === 'in') return WHOLE_MISS
  const value = subject.value(evaluation)
  const limit = subject.bound(evaluation)
  if (typeof value !== 'number' || typeof limit !== 'number') return WHOLE_MISS
  return relativeMiss(value, limit)
}

export function relativeMiss(value: number, limit: number): number {
  const scale = Math.max(Math.abs(limit), Number.MIN_VALUE)
  return Math.min(Math.abs(value - limit) / scale, GREATEST_MISS)
}
