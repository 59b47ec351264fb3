import type {EventTime} from './time.js'

/** What a field holds once an event is accepted. `undefined` says: missing. JSON null is missing, too. */
export type FieldValue =
  | number
  | string
  | boolean
  | undefined
  | readonly unknown[]
  | {readonly [name: string]: unknown}

/** The fields of an accepted event that rules and features use, by their wire names. */
export type Fields = {readonly [name: string]: FieldValue}

/**
 * An accepted event as a key's history keeps it: when, which, and a projection of its fields.
 * All events of one stream have the same shape.
 */
export interface StoredEvent {
  /** Name of its stream, such as `transactions`. */
  readonly stream: string
  /** Rank of its stream in the total order. */
  readonly rank: number
  readonly time: EventTime
  /** Unique within its stream and key. */
  readonly id: string
  readonly fields: Fields
  /** Which single-event predicates of the running rules it satisfies, as a bitset: bit p of word p >> 5. */
  readonly predicates: readonly number[]
  /** Identifies its content after parsing: tells a duplicate from an id conflict. */
  readonly contentHash: number
}
