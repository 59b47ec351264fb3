import type {FieldNames} from '../bundle/kept-fields.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {KeyField} from '../event/stream.js'
import type {Value} from '../expression/value.js'
import type {LogPlan} from './log-plan.js'
import type {MemberLog} from './member-log.js'

/** Which features there are, in the order of a row. A model that was trained on another schema is refused by the hash. */
export interface FeatureSchema {
  /** Hash over the names and over what the views mean. */
  readonly hash: string
  /** `view.feature`, by place in a row. */
  readonly names: readonly string[]
  /** Whose feature each is. */
  readonly entities: readonly KeyField[]
}

/** Which rows of a log a window holds as of a transaction. */
export interface Frame {
  /** Place of the log among those of the entity. */
  readonly log: number
  /** The window begins this long (ms) before the transaction … */
  readonly startAge: number
  /** … and ends this long before it. */
  readonly endAge: number
  readonly exact: boolean
  readonly includesCurrent: boolean
}

/** An aggregate over a window. */
export interface WindowFeature {
  readonly kind: 'window'
  /** `view.feature` */
  readonly name: string
  /** Place in a row. */
  readonly at: number
  /** Place among the frames of the entity. */
  readonly frame: number
  /** What the rows from `start` to `end` (excluded) say. */
  readonly read: (log: MemberLog, start: number, end: number, transaction: StoredEvent) => number
}

/** An expression over the transaction and window features of its entity. */
export interface RowFeature {
  readonly kind: 'row'
  readonly name: string
  readonly at: number
  readonly value: Value
  /** The window features that it names. */
  readonly inputs: readonly WindowFeature[]
}

/** All that is worked out for one kind of entity. */
export interface EntityPlan {
  readonly entity: KeyField
  /** The entity's place in the order of a feature record's ages. */
  readonly index: number
  readonly logs: readonly LogPlan[]
  readonly frames: readonly Frame[]
  readonly windows: readonly WindowFeature[]
  readonly rows: readonly RowFeature[]
  /** The window features that some row feature names. */
  readonly inputs: readonly WindowFeature[]
  readonly usesLocation: boolean
  readonly usesMerchant: boolean
}

/** A feature as rules find it. */
export interface NamedFeature {
  readonly plan: EntityPlan
  readonly feature: WindowFeature | RowFeature
}

/** All feature views of a bundle, ready to run. */
export interface FeatureSet {
  readonly schema: FeatureSchema
  readonly plans: readonly EntityPlan[]
  readonly byName: ReadonlyMap<string, NamedFeature>
  /** By stream: the fields that they read. */
  readonly fieldsInUse: FieldNames
  /** So far back (ms) the longest window reaches. */
  readonly reach: number
  /** So far back (ms) events have to be kept one by one. */
  readonly exactReach: number
  /** So long (ms) after a transaction feedback finds it; 0 if no view looks at feedback. */
  readonly feedbackHorizon: number
}

/** Of a bundle without views. */
export const NO_FEATURES: FeatureSet = {
  schema: {hash: '', names: [], entities: []},
  plans: [],
  byName: new Map(),
  fieldsInUse: new Map(),
  reach: 0,
  exactReach: 0,
  feedbackHorizon: 0,
}
