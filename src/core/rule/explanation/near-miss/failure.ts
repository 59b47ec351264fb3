import type {StoredEvent} from '../../../event/stored-event.js'
import type {Assignment} from '../trial/assignment.js'
import type {RulePart} from '../trial/rule-parts.js'

/** Why an assignment is no match. */
export type Failure =
  | ClauseFailure
  | NoEventFailure
  | WithinFailure
  | OrderFailure
  | SizeFailure
  | IntruderFailure

/** A part of a condition that is false or an error. */
export interface ClauseFailure {
  readonly kind: 'clause'
  readonly part: RulePart
  /** Its place among the condition's && parts. */
  readonly clause: number
}

/** Nothing could stand for a name: so many events are wanting. */
export interface NoEventFailure {
  readonly kind: 'no-event'
  readonly as: string
  readonly slot: number
  readonly stream: string
  readonly count: number
}

/** The events lie further apart than the rule allows. In ms. */
export interface WithinFailure {
  readonly kind: 'within'
  readonly spread: number
  readonly within: number
  readonly first: StoredEvent
  readonly last: StoredEvent
}

/** Two events stand in the wrong order. */
export interface OrderFailure {
  readonly kind: 'order'
  readonly earlier: number
  readonly later: number
}

/** A repeated step has too few events, or too many. */
export interface SizeFailure {
  readonly kind: 'size'
  readonly as: string
  readonly stream: string
  readonly slot: number
  /** Place of the step in the file. */
  readonly step: number
  readonly size: number
  readonly least: number
  readonly most: number
}

/** Events that must not be there are. */
export interface IntruderFailure {
  /** `absent`: a step of the rule says so; `until`: they end the sequence; `next`: anything would be too much. */
  readonly kind: 'absent' | 'until' | 'next'
  /** The rule's name for them; for `next` the step that they stand before. */
  readonly as: string
  /** Of the condition that they fulfil; for `next` of the step. */
  readonly slot: number
  readonly events: readonly StoredEvent[]
}

/** The assignment that comes nearest to a match. */
export interface NearMiss {
  readonly assignment: Assignment
  readonly failures: readonly Failure[]
  /** Whether all assignments were looked at; else a nearer one may have been overlooked. */
  readonly isComplete: boolean
}
