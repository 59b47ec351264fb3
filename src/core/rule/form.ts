import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import type {Condition} from '../expression/condition.js'
import type {Evaluation} from '../expression/evaluation.js'
import type {KeyHistory} from '../history/key-history.js'

/** One event of the evidence, under the name that the rule gives it. */
export interface Evidence {
  readonly as: string
  readonly slot: number
  readonly event: StoredEvent
}

/** Why a rule fires for an anchor. */
export interface Match {
  /** In the total order, the anchor included; all members of a group under its name. */
  readonly evidence: readonly Evidence[]
  /** A limit on work was reached, so that older events were not looked at. */
  readonly truncated: boolean
  /**
   * When it is certain that what has to be absent is: the rule fires for the anchor once the watermark reaches this
   * time, and its alert is stamped with it. Undefined: it fires at once.
   */
  readonly deadline?: EventTime | undefined
}

/** How much work one evaluation may take. */
export interface Limits {
  /** Of each stream, it looks at no more than so many of the newest events before its anchor. */
  readonly historyCap: number
  /** A search takes no more than so many steps. */
  readonly stepBudget: number
}

/** What an evaluation reads: one key's history, the joins as of a transaction, and the limits on work. */
export interface KeyView {
  readonly history: KeyHistory
  readonly limits: Limits
  /** Scratch that forms overwrite. */
  readonly evaluation: Evaluation
  locationAsOf(transaction: StoredEvent): StoredEvent | undefined
  merchantAsOf(transaction: StoredEvent): StoredEvent | undefined
  /** These features, by `view.name`, of the rule's own key as of a transaction, itself included. Reused scratch. */
  featuresAsOf(transaction: StoredEvent, names: readonly string[]): Evaluation['features']
  /** A condition met a missing input. */
  countMissingInput(): void
  /** An evaluation reached a limit on work. */
  countTruncated(): void
}

/** A stream as forms need it. */
export interface StreamPlace {
  readonly name: string
  readonly rank: number
}

/** A condition on one event of a rule. */
export interface Predicate {
  readonly condition: Condition
  /** The slot of the event that is tested. */
  readonly slot: number
  /**
   * Where an event's bitset says that the condition holds or, if it depends on more than the event, that it may hold:
   * that no part of it which looks at the event alone is false. -1 if the event alone says nothing.
   */
  readonly bit: number
  /** Whether the bit is all there is to it. */
  readonly fixed: boolean
}

/** A condition of a form, and the event whose location and merchant it sees. */
export interface FormCondition {
  readonly condition: Condition
  readonly joinSlot: number
}

/** One of the shapes a rule can have. A pure function of a key's history and an anchor in it. */
export interface Form {
  readonly kind: 'event' | 'window' | 'sequence' | 'together'
  /** Every stream whose events matter to it. */
  readonly streams: readonly string[]
  readonly anchorStream: string
  /** Rank of the anchor's stream. */
  readonly anchorRank: number
  /** What an anchor must satisfy by itself; undefined if every event of the stream may be one. */
  readonly anchorWhen: Predicate | undefined
  /** How long before its anchor an event may matter, in ms. */
  readonly lookback: number
  /** How long after its anchor an event may matter, in ms. */
  readonly lookahead: number
  /** The names of bound events, by slot. */
  readonly names: readonly string[]
  readonly conditions: readonly FormCondition[]
  /** Conditions on events that must not be there: what they look at matters, too, but no match shows it. */
  readonly guards?: readonly Condition[]
  /**
   * Which events of a stream, by its rank, can matter at all: those that satisfy one of these predicates by themselves;
   * undefined: all of them.
   */
  concernBits(rank: number): readonly number[] | undefined
  /** The evidence for an anchor that satisfies `anchorWhen`; undefined if the rule does not fire for it. */
  match(anchor: StoredEvent, view: KeyView): Match | undefined
  /**
   * Whether an event that entered can be part of a match for an anchor for which the rule did not fire without it:
   * a quick look that says no where the search need not begin. Absent: it always can.
   */
  canTakeIn?(anchor: StoredEvent, entered: StoredEvent, view: KeyView): boolean
  /** Binds the evidence (and groups, joins, anchor time) in `view.evaluation`, as the conditions of an explanation need it. */
  bind(anchor: StoredEvent, match: Match, view: KeyView): void
}
