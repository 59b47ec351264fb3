import type {Clause} from '../../../expression/clauses.js'
import type {Term} from '../../../expression/term.js'
import type {Assignment} from '../trial/assignment.js'
import type {RulePart} from '../trial/rule-parts.js'

/** A part of a condition as an assignment sees it. */
export interface SeenAtom {
  readonly part: RulePart
  /** Its clause's place among the condition's && parts. */
  readonly clause: number
  readonly atom: Term
  readonly assignment: Assignment
}

/** The && part of the condition that an atom belongs to. */
export function clauseOf({part, clause}: SeenAtom): Clause {
  return part.condition.clauses[clause] as Clause
}
