import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'

/** What a compiled expression reads. The caller may reuse one object for all evaluations. */
export interface Evaluation {
  /** The event of each name, by slot; a group's is its last event. */
  readonly bound: (StoredEvent | undefined)[]
  /** The events that aggregates run over, by slot: a group's members, or the window. */
  readonly groups: (readonly StoredEvent[] | undefined)[]
  location: StoredEvent | undefined
  merchant: StoredEvent | undefined
  /** Feature values by `view.name`. */
  features: {readonly [name: string]: number | undefined} | undefined
  /** Event time of the anchor: entries of lists are judged at it. */
  anchorTime: EventTime
}

/** An error (missing field or join, null, NaN) is neither true nor false: a third value. */
export type Truth = 1 | 0 | -1

export const TRUE = 1
export const FALSE = 0
export const ERROR = -1
