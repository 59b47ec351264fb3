import type {EventTime} from '../event/time.js'

/**
 * The static type of a value. All numbers are doubles; `dyn` is known at run time only.
 * Values of type timestamp and duration are milliseconds at run time.
 */
export type ValueType = 'double' | 'string' | 'bool' | 'timestamp' | 'duration' | 'list' | 'dyn'

/** The declared fields of a stream, by name. Fields that are not declared are dyn. */
export type FieldTypes = ReadonlyMap<string, ValueType>

/** An `as` name. */
export interface EventName {
  /** Where `Evaluation.bound` and `Evaluation.groups` hold what the name means. */
  readonly slot: number
  readonly stream: string
  readonly fieldTypes: FieldTypes
  /** Whether it names all events of a repeated step, so that aggregates take it. */
  readonly group: boolean
}

/** A named list of values that `in` searches. */
export interface ValueList {
  readonly name: string
  /** Value → the time from which it no longer counts, `END_OF_TIME` if never. */
  readonly entries: ReadonlyMap<string | number | boolean, EventTime>
  /** Whether some entry expires, so that the answer depends on the anchor's time. */
  readonly expires: boolean
}

/** An event that is joined to the transaction, or why there is none here (a sentence for the error). */
export type Join = {readonly fieldTypes: FieldTypes} | {readonly unavailable: string}

/** What the names in an expression mean. */
export interface Scope {
  readonly events: ReadonlyMap<string, EventName>
  readonly location: Join
  readonly merchant: Join
  /** Types of the features, by `view.name`. */
  readonly features: ReadonlyMap<string, ValueType>
  /** Why a feature that there is cannot be used here, by `view.name`. */
  readonly otherFeatures?: ReadonlyMap<string, {readonly message: string; readonly remedy: string}>
  readonly lists: ReadonlyMap<string, ValueList>
  /** The name whose window `count()`, `sum(x)` … aggregate. Only in `having`. */
  readonly window?: string
}

/** The streams that the joins take their events from. */
export const LOCATION_STREAM = 'locations'
export const MERCHANT_STREAM = 'merchants'
