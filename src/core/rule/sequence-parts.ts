import type {Condition} from '../expression/condition.js'
import type {Predicate, StreamPlace} from './form.js'
import type {GroupSize} from './group-size.js'

/** An event that a sequence speaks of: one that it binds, or one that must not be there. */
export interface SequencePart {
  readonly as: string
  readonly slot: number
  readonly stream: StreamPlace
  /** What the event must satisfy whatever the others are. */
  readonly own: Predicate | undefined
  /** The whole condition, where it names other events, too. */
  readonly across: Condition | undefined
}

/** A step that binds one event, or a group of them. Its place among the binding steps is its slot. */
export interface SequenceStep extends SequencePart {
  /** Of a group; undefined if the step binds one event. */
  readonly times: GroupSize | undefined
  /** No event of the rule's streams lies between the step before it and itself. */
  readonly next: boolean
  /** Events that must not lie between the step before it and itself. */
  readonly absences: readonly SequencePart[]
}

export interface SequenceFormParts {
  /** No two groups stand side by side; the first step is not `next`, and neither is a group. */
  readonly steps: readonly SequenceStep[]
  /** Events that must not come after the last bound one until `within` after the first is over. */
  readonly trailing: readonly SequencePart[]
  /** An event that must not lie between the first bound one and the last. */
  readonly until: SequencePart | undefined
  /** Greatest distance in time between the first bound event and the last, in ms; inclusive. */
  readonly within: number
  /** A field that all events share with the anchor. */
  readonly narrowedBy: string | undefined
}

/** The whole condition of a part; undefined if every event of its stream will do. */
export function conditionOf({own, across}: SequencePart): Condition | undefined {
  return across ?? own?.condition
}
