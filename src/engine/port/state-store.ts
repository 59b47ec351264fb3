import type {InForce} from '../../core/bundle/in-force.js'
import type {AlertChange} from '../../core/case/alert-change.js'
import type {CaseChange} from '../../core/case/case-change.js'
import type {Verdict} from '../../core/case/verdict.js'
import type {KeptFirings} from '../../core/decision/kept-firings.js'
import type {RuleHit} from '../../core/decision/key-state.js'
import type {ModelScore} from '../../core/decision/model-score.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import type {DeadLetter} from '../../core/event/dead-letter.js'
import type {Fields, StoredEvent} from '../../core/event/stored-event.js'
import type {EventTime} from '../../core/event/time.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import type {Ledger} from '../../core/ledger/ledger.js'
import type {PartitionTime} from '../../core/watermark/watermark.js'
import type {Positions} from './event-source.js'
import type {Dispatch, ExchangeProgress} from './parcel.js'

/** An accepted event as it is kept. What rules made of it is worked out anew when it is loaded. */
export interface PersistedEvent {
  readonly stream: string
  readonly time: EventTime
  readonly id: string
  readonly contentHash: number
  readonly fields: Fields
}

/** What was said about a key's unsettled anchors, as plain data. */
export interface PersistedJudgement {
  /** Of the rules that run, and of those that do not run any more. */
  readonly rules: readonly KeptFirings[]
  readonly decisions: readonly PersistedDecision[]
}

export interface PersistedDecision {
  readonly transaction: string
  readonly decision: 'approve' | 'review' | 'decline'
  readonly revision: number
  readonly hits: readonly RuleHit[]
  readonly scored?: ModelScore | undefined
  /** The share of the control sample that the transaction belongs to; absent if it belongs to none. */
  readonly control?: number | undefined
}

export interface PersistedKey {
  readonly events: readonly PersistedEvent[]
  readonly judgement: PersistedJudgement | undefined
  /** What events that were dropped left behind for features (`packFeatures`); absent if nothing. */
  readonly features?: string | undefined
}

/** Where a partition stands. */
export interface Checkpoint {
  /** Offset to go on from. */
  readonly offset: number
  /** Of the partition's topics, where it has several. */
  readonly positions?: Positions | undefined
  readonly time: PartitionTime
  readonly ledger: Ledger
  /** The bundle that was in force. */
  readonly bundle: string
  /** What its rules did (`packCounts`). */
  readonly counts: readonly number[]
  /** By the field of a keyed stage: the last key at which rules that are backfilled have looked, in the order of the keys. */
  readonly lookedBackUpTo: {readonly [keyField: string]: string}
  /** Number of the last outbox entry. */
  readonly outboxSequence: number
  /** What was heard of the installation's partitions, where they exchange events. */
  readonly exchange?: ExchangeProgress | undefined
}

/** An input that was too late to change anything. */
export interface LateInput {
  readonly stream: string
  readonly offset: number
  readonly bytes: Uint8Array
}

/** The W3C `traceparent` of alerts, by `<alert id>:<revision>`. */
export interface AlertTraces {
  readonly [event: string]: string
}

/** Says to the world that a user is forgotten: whoever keeps something of what came before lets go of it. */
export interface Forgetting {
  /** What `userDigest` says of the user's id. */
  readonly user: string
  /** The tombstone's offset: inputs before it are meant. */
  readonly before: number
  /** Of the user's events that were kept, by `eventName`. */
  readonly events: readonly string[]
}

/** Everything that a batch says to the world. Published after its commit, and again by the next owner if it crashed in between. */
export interface OutboxEntry {
  readonly partition: number
  /** From 1, without gaps. */
  readonly sequence: number
  /** Records up to this event time are final in their partition; null while none are. */
  readonly settledUpTo: EventTime | null
  readonly alerts: readonly AlertRecord[]
  /** Of the decisions that brought the alerts, where they were traced. */
  readonly traces?: AlertTraces | undefined
  readonly decisions: readonly DecisionRecord[]
  /** Of the transactions whose features were worked out, as served; absent where there are none. */
  readonly features?: readonly FeatureRecord[] | undefined
  /** Of feedback that was accepted; absent where there is none. */
  readonly verdicts?: readonly Verdict[] | undefined
  readonly deadLetters: readonly DeadLetter[]
  readonly late: readonly LateInput[]
  /** By the id of an alert by card: the user whose card it is. Absent where there is none. */
  readonly cardUsers?: {readonly [alertId: string]: string} | undefined
  /** What people did with cases; absent where they did nothing. */
  readonly caseChanges?: readonly CaseChange[] | undefined
  /** The same with alerts. */
  readonly alertChanges?: readonly AlertChange[] | undefined
  /** Absent but where a tombstone stood. */
  readonly forgetting?: Forgetting | undefined
  /** What other partitions are told; absent where there is nothing for them. */
  readonly dispatch?: Dispatch | undefined
}

/** A transaction at a merchant, by its key. */
export interface PersistedVisit {
  readonly merchant: string
  readonly key: string
  readonly time: EventTime
}

/** Where an event stands in its key's history. */
export interface EventPlace {
  readonly stream: string
  readonly time: EventTime
  readonly id: string
}

/** Fields of an accepted event, by the key in whose history it may stand. */
export interface AddedFields extends EventPlace {
  readonly key: string
  /** Of the event they were read from: another one under the same id is not meant. */
  readonly contentHash: number
  readonly fields: Fields
}

/** What changes about one key. */
export interface KeyChange {
  readonly key: string
  readonly appended: readonly StoredEvent[]
  readonly removed: readonly EventPlace[]
  /** Nothing of what is removed may be left behind in what is stored, however it is stored. */
  readonly isErased?: boolean | undefined
  /** The whole judgement anew; null removes it; undefined leaves it. */
  readonly judgement: PersistedJudgement | null | undefined
  /** What dropped events left behind for features, anew; null removes it; absent leaves it. */
  readonly features?: string | null | undefined
  /** The expiry under which the key is listed from now on; null for none; undefined leaves it. */
  readonly expiry: EventTime | null | undefined
  /** The first deadline that a rule waits for; null for none; undefined leaves it. */
  readonly deadline: EventTime | null | undefined
}

/** All effects of one micro-batch on the state: written together or not at all. */
export interface Commit {
  readonly epoch: number
  /** Offset at which the batch began: must be where the partition stands. */
  readonly fromOffset: number
  readonly checkpoint: Checkpoint
  /** How the bundle in force came to be so, where that changed. Those before it are remembered. */
  readonly inForce: InForce | undefined
  readonly keys: readonly KeyChange[]
  readonly profiles: readonly StoredEvent[]
  /** Transactions that a late profile may change. */
  readonly visits: readonly PersistedVisit[]
  /** Visits up to this event time are settled and can go. */
  readonly visitsSettledUpTo: EventTime
  readonly outbox: OutboxEntry | undefined
  /** Outbox entries up to this one were published and can go. */
  readonly publishedUpTo: number
}

/** What an owner finds when it takes a partition. */
export interface OpenedPartition {
  /** Higher than every epoch before: commits of earlier owners are refused from now on. */
  readonly epoch: number
  readonly checkpoint: Checkpoint | undefined
  /** Undefined until a second bundle was activated. */
  readonly inForce: InForce | undefined
  /** Every key that has an expiry. */
  readonly expiries: readonly (readonly [key: string, expiry: EventTime])[]
  /** Every key with a rule that waits for a deadline. */
  readonly deadlines: readonly (readonly [key: string, deadline: EventTime])[]
  /** All versions of all merchants' profiles. */
  readonly profiles: readonly PersistedEvent[]
  readonly visits: readonly PersistedVisit[]
  /** Entries that may not have been published, in sequence. */
  readonly outbox: readonly OutboxEntry[]
}

/** A commit by an owner that no longer is one. The owner drops what it holds and leaves. */
export class StaleEpochError extends Error {
  constructor(
    partition: number,
    readonly epoch: number,
    readonly current: number,
  ) {
    super(`partition ${partition} is owned under epoch ${current}; the commit of epoch ${epoch} was refused`)
    this.name = 'StaleEpochError'
  }
}

/** A commit that does not begin where the partition stands. The owner loads anew and seeks. */
export class OffsetMismatchError extends Error {
  constructor(
    partition: number,
    readonly offset: number,
    readonly current: number,
  ) {
    super(`partition ${partition} stands at offset ${current}; the commit from offset ${offset} was refused`)
    this.name = 'OffsetMismatchError'
  }
}

/** Keyed state with atomic commits. */
export interface StateStore {
  /** Takes ownership of a partition under a new epoch. */
  open(partition: number): Promise<OpenedPartition>
  /** The state of keys, in the order asked; undefined for a key that has none. */
  load(partition: number, keys: readonly string[]): Promise<readonly (PersistedKey | undefined)[]>
  /** Writes all of a batch's effects or none. Rejects with StaleEpochError or OffsetMismatchError and has then written nothing. */
  commit(partition: number, commit: Commit): Promise<void>
  /**
   * Gives events that are kept fields which they lack; those that are not kept (any more) are passed over. Belongs to no
   * commit: nobody looks at such fields before an activation that comes later, and adding them twice changes nothing.
   */
  addFields(partition: number, added: readonly AddedFields[]): Promise<void>
}
