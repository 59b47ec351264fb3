import type {StoredEvent} from '../../../event/stored-event.js'
import type {Term} from '../../../expression/term.js'
import type {RuleFile} from '../../rule-file.js'

/** What is imagined to be otherwise, everything else unchanged. Nothing: as it is. */
export type Hypothesis = readonly Supposition[]

export type Supposition = FieldSupposition | EventSupposition | AtomSupposition | MatchSupposition

/** An event would have another value in a field; `event_time`: it would have happened at another time. */
export interface FieldSupposition {
  readonly kind: 'field'
  readonly event: StoredEvent
  readonly field: string
  readonly value: number | string | boolean | undefined
}

/** An event would not have happened, or one that did not would have. */
export interface EventSupposition {
  readonly kind: 'without' | 'with'
  readonly event: StoredEvent
}

/** A part of a condition would read otherwise. */
export interface AtomSupposition {
  readonly kind: 'atom'
  /** Where the file holds the condition, and which of its && parts it is. */
  readonly place: string
  readonly clause: number
  readonly atom: Term
  readonly becomes: Term
  /** By slot: only while these events are bound. Undefined: for all events. */
  readonly where: ReadonlyMap<number, StoredEvent> | undefined
}

/** The rule would have another form. Changes of one `part` replace each other. */
export interface MatchSupposition {
  readonly kind: 'match'
  readonly part: string
  readonly change: (match: RuleFile['match']) => RuleFile['match']
}
