import type {Verdict} from '../../core/case/verdict.js'
import type {Finding} from '../../core/decision/finding.js'
import type {KeyState} from '../../core/decision/key-state.js'
import type {ModelScore} from '../../core/decision/model-score.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import type {ExplainedChange} from '../../core/decision/rule-evaluator.js'
import type {DeadLetter} from '../../core/event/dead-letter.js'
import type {DecodedEvent, Refusal} from '../../core/event/decode.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import type {EventTime, WallTime} from '../../core/event/time.js'
import type {ServedDecision} from '../../core/feature/feature-record.js'
import type {FeatureRows} from '../../core/feature/feature-rows.js'
import type {Fate} from '../../core/ledger/ledger.js'
import type {InputBatch} from '../port/event-source.js'
import type {ShadowScore} from '../port/model.js'
import type {Parcel} from '../port/parcel.js'
import type {AlertTraces, Commit, LateInput, OutboxEntry, PersistedVisit} from '../port/state-store.js'
import type {Featuring} from '../stage/featuring.js'
import type {Partition} from '../stage/partition.js'

/*
 * A micro-batch on its way through the pipeline: what one poll of a partition returned, and what each step adds.
 */

export interface DecodedBatch {
  readonly partition: Partition
  readonly input: InputBatch
  /** Where the reading began: must be where the partition stands. */
  readonly fromOffset: number
  /** For each record: the event, or why it is none. */
  readonly outcomes: readonly (DecodedEvent | Refusal)[]
}

/** What became of a record. */
export interface RecordFate {
  readonly fate: Fate
  /** Why, if it was refused. */
  readonly refusal: Refusal | undefined
}

/** An event that counts, in the order of arrival. */
export interface AcceptedEvent {
  readonly event: StoredEvent
  /** The state of its key; undefined for a merchant's profile, which belongs to all keys. */
  readonly state: KeyState | undefined
  readonly ingestedAt: WallTime
  /** W3C Trace Context of whoever sent it. */
  readonly traceparent: string | undefined
  /** Anchors up to this event time were settled when it arrived. */
  readonly settledUpTo: EventTime
  /** Deadlines up to this event time were reached when it arrived. */
  readonly resolvedUpTo: EventTime
}

/** What came from other partitions, as far as it is for this one. */
export interface ReceivedBatch extends DecodedBatch {
  /** They accepted them, and hand them to the histories here. */
  readonly handed: readonly AcceptedEvent[]
  /** What was found there about transactions of the users here. */
  readonly findings: readonly Finding[]
  /** Merchants' profiles that were read there, in the same process. */
  readonly profiles: readonly AcceptedEvent[]
  /** Decisions on transactions up to this event time were final before it came. */
  readonly finalBefore: EventTime
  /** Whose times count once all that is taken in. */
  readonly told: readonly Parcel[]
}

export interface LoadedBatch extends ReceivedBatch {
  /** For each record: the state of its key; undefined for refused inputs and for merchants. */
  readonly states: readonly (KeyState | undefined)[]
  /** Keys whose events before a time are to be dropped: as time stood before this batch, which may still speak of them. */
  readonly expiring: ReadonlyMap<KeyState, EventTime>
  /** Keys with rules that waited for a deadline which is reached. */
  readonly due: readonly KeyState[]
  /** Keys at which rules that look back have not looked yet. */
  readonly lookedBackAt: readonly KeyState[]
}

export interface AdmittedBatch extends LoadedBatch {
  /** For each record. */
  readonly fates: readonly RecordFate[]
  readonly accepted: readonly AcceptedEvent[]
  readonly deadLetters: readonly DeadLetter[]
  readonly late: readonly LateInput[]
  /** Of feedback that was accepted. */
  readonly verdicts: readonly Verdict[]
}

/** What an accepted event changed: in its own key or, for a merchant's profile, in those that were there. */
export interface Consequence {
  /** Undefined: time went on, and a deadline was reached; or a rule that came into force looked back. */
  readonly cause: AcceptedEvent | undefined
  readonly state: KeyState
  readonly changes: readonly ExplainedChange[]
}

export interface FeaturedBatch extends AdmittedBatch {
  /** Works out the features of its transactions; undefined without feature views. */
  readonly featuring: Featuring | undefined
}

export interface MatchedBatch extends FeaturedBatch {
  /** Of its transactions, in the order of arrival, as served; undefined without feature views. */
  readonly featureRows: FeatureRows | undefined
  readonly consequences: readonly Consequence[]
  readonly visits: readonly PersistedVisit[]
  /** States of further stages that an event entered. */
  readonly repartitioned: ReadonlySet<KeyState>
  /** Events whose further histories are elsewhere, and in which partitions. */
  readonly handedOver: ReadonlyMap<AcceptedEvent, ReadonlySet<number>>
}

export interface ScoredBatch extends MatchedBatch {
  /** By transaction; undefined where no model scored. */
  readonly scores: ReadonlyMap<StoredEvent, ModelScore> | undefined
  /** By transaction: what the version in shadow said; undefined where there is none. */
  readonly shadow: ReadonlyMap<StoredEvent, ShadowScore> | undefined
}

export interface DecidedBatch extends ScoredBatch {
  readonly alerts: readonly AlertRecord[]
  readonly decisions: readonly DecisionRecord[]
  /** What was found about transactions of users of other partitions. */
  readonly findingsElsewhere: readonly Finding[]
  /** Keys about which something was said. */
  readonly judged: ReadonlySet<KeyState>
  readonly traces: AlertTraces | undefined
  /** By the id of an alert by card: the user whose card it is; undefined where there is none. */
  readonly cardUsers: OutboxEntry['cardUsers']
  /** The first decisions, for the feature log; undefined where there are no features. */
  readonly served: ReadonlyMap<StoredEvent, ServedDecision> | undefined
}

export interface CommittedBatch extends DecidedBatch {
  readonly commit: Commit
}
