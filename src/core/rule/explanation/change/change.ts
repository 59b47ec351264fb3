import type {Hypothesis} from '../trial/hypothesis.js'

/** A plain value as it is printed. */
export type Plain = number | string | boolean

/** How something would have to stand to a border. */
export type Relation = '<' | '<=' | '>' | '>=' | '==' | '!=' | 'in' | 'not in'

/** One thing that would be different, told to programs. Numbers are exact: just across the border the outcome changes. */
export type ToldChange = FieldTold | ValueTold | ConditionTold | SpanTold | SizeTold | OrderTold | EventTold

/** A field of one event. */
export interface FieldTold {
  readonly what: 'field'
  /** The rule's name for the event; `location` or `merchant` for a join. */
  readonly as: string
  readonly stream: string
  readonly id: string
  readonly field: string
  readonly relation: Relation
  /** The border; the list's text for `in`. */
  readonly value: Plain
  readonly was: Plain | null
  /** The outcome changes at the border and a little beyond, but not however far beyond. */
  readonly only_near: boolean
}

/** A value that is derived from events: a distance, a count, a sum. */
export interface ValueTold {
  readonly what: 'value'
  /** As the rule writes it. */
  readonly subject: string
  /** The function or aggregate, such as `distance_miles`; empty for other expressions. */
  readonly name: string
  /** Durations and times are in milliseconds. */
  readonly type: 'number' | 'duration' | 'time'
  readonly relation: Relation
  readonly value: number
  readonly was: number | null
  /** Where the rule file compares it, such as `match.having`. */
  readonly place: string
  readonly clause: string
  /** Of an aggregate: the stream whose events it runs over. */
  readonly stream: string | null
  /** The events that it is derived from, where the rule names them one by one. */
  readonly of: readonly {readonly as: string; readonly stream: string; readonly id: string}[]
  /** With this limit in the rule instead the outcome changes too; null: no limit alone does it. */
  readonly limit: number | null
}

/** A part of a condition, whatever it takes. */
export interface ConditionTold {
  readonly what: 'condition'
  readonly clause: string
  readonly holds: boolean
}

/** How far the rule reaches in time, in milliseconds. */
export interface SpanTold {
  readonly what: 'within' | 'span' | 'cooldown'
  readonly relation: Relation
  readonly value: number
  readonly was: number
}

/** How many events a repeated step asks for. */
export interface SizeTold {
  readonly what: 'times'
  readonly as: string
  readonly stream: string
  readonly relation: Relation
  readonly value: number
  readonly was: number
}

/** One of two events would have come right after the other, and not before it. */
export interface OrderTold {
  readonly what: 'order'
  readonly as: string
  readonly after: string
  readonly stream: string
  readonly id: string
  /** When it would have come, and when it did. */
  readonly value: string
  readonly was: string
}

/** An event that would not have come, or so many that would. */
export interface EventTold {
  readonly what: 'event'
  readonly as: string
  readonly stream: string
  /** Null for those that did not come. */
  readonly id: string | null
  readonly happens: boolean
  readonly count: number
  /** Until when they would have to come, if there is an end to it. */
  readonly until: string | null
}

/** A change that can be tried. */
export interface Change {
  readonly told: ToldChange
  readonly hypothesis: Hypothesis
  /** Other values that the words promise as well: each must do. */
  readonly also: readonly Hypothesis[]
  /** Values further off; if one of them does not do, only the border's neighbourhood is promised. */
  readonly far: readonly Hypothesis[]
  /** Values just short of the border: if one of them does as well, the border is another one. */
  readonly short?: readonly Hypothesis[]
  /** The same by another limit in the rule. */
  readonly limit?: {readonly value: number; readonly suppose: (value: number) => Hypothesis}
}

/** Ways to do something, each by all its changes together. */
export type Ways = readonly (readonly Change[])[]
