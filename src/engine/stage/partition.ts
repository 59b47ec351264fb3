import type {Bundle} from '../../core/bundle/bundle.js'
import {countersFor, type RuleCounts} from '../../core/decision/rule-counters.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import type {KeyField} from '../../core/event/stream.js'
import {BEGINNING_OF_TIME, type EventTime, type WallTime} from '../../core/event/time.js'
import {emptyLedger, type Ledger} from '../../core/ledger/ledger.js'
import {
  beginPartitionTime,
  type PartitionTime,
  resolvedUpTo,
  watermarkOf,
} from '../../core/watermark/watermark.js'
import type {OpenedPartition, OutboxEntry} from '../port/state-store.js'
import {KeyedStage, type StageTime} from './keyed-stage.js'
import {restoreEvent} from './restore.js'
import {SharedState} from './shared-state.js'
import {parseStoreKey} from './store-key.js'

/**
 * What a worker holds of one partition that it owns: the keyed stages' state in memory. Batches change it one
 * after the other; only committed changes survive it.
 */
export class Partition implements StageTime {
  /** The primary stage, the only one that decides. */
  readonly users: KeyedStage
  readonly counters: readonly RuleCounts[]
  readonly ledger: Ledger
  readonly epoch: number
  /** Outbox entries that the last owner may not have published. */
  readonly inherited: readonly OutboxEntry[]
  /** Transactions whose currency has no rate. */
  unknownCurrencies = 0
  offset: number
  outboxSequence: number
  publishedUpTo: number
  /** Begins with the first record that is read. */
  time: PartitionTime | undefined

  constructor(
    readonly number: number,
    readonly bundle: Bundle,
    opened: OpenedPartition,
    keyCapacity: number,
    readonly shared: SharedState = new SharedState(bundle, keyCapacity),
  ) {
    const {checkpoint} = opened
    this.epoch = opened.epoch
    this.offset = checkpoint?.offset ?? 0
    this.time = checkpoint?.time
    this.ledger = checkpoint?.ledger ?? emptyLedger(bundle.streams.keys())
    this.outboxSequence = checkpoint?.outboxSequence ?? 0
    this.inherited = opened.outbox
    this.publishedUpTo = this.outboxSequence - opened.outbox.length
    this.counters = countersFor(bundle.rules)
    this.users = new KeyedStage('user_id', this, bundle, shared.merchants, this.counters, keyCapacity)
    shared.join(this)
    this.restore(opened)
  }

  private restore({expiries, deadlines, profiles, visits}: OpenedPartition): void {
    for (const [name, expiry] of expiries) {
      const {keyField, key} = parseStoreKey(name)
      this.stageOf(keyField)?.expiries.set(key, expiry)
    }
    for (const [name, deadline] of deadlines) {
      const {keyField, key} = parseStoreKey(name)
      this.stageOf(keyField)?.deadlines.set(key, deadline)
    }
    for (const profile of profiles) {
      const version = restoreEvent(profile, this.bundle)
      this.shared.merchants.insert(merchantOf(version), version)
    }
    for (const visit of visits) this.shared.visits.add(visit)
  }

  /** The stage that keeps histories by a field; undefined if nothing asks for one. */
  stageOf(keyField: KeyField): KeyedStage | undefined {
    return keyField === 'user_id' ? this.users : this.shared.stages.get(keyField)
  }

  /** The primary stage, then the shared ones. */
  get stages(): readonly KeyedStage[] {
    return [this.users, ...this.shared.stages.values()]
  }

  /** The partition's time, begun at `wall` if nothing was read before. */
  timeAt(wall: WallTime): PartitionTime {
    if (this.time === undefined) this.time = this.timeBegunAt(wall)
    return this.time
  }

  /** The time of a partition of which nothing was read before `wall`. */
  timeBegunAt(wall: WallTime): PartitionTime {
    const inputs = [...this.bundle.streams.values()].filter((stream) => stream.holdsWatermark)
    return beginPartitionTime(
      wall,
      inputs.map(({name}) => name),
    )
  }

  get watermark(): EventTime {
    return this.time === undefined ? BEGINNING_OF_TIME : watermarkOf(this.time)
  }

  get lateUpTo(): EventTime {
    return (this.watermark - this.bundle.settings.time.allowedLateness) as EventTime
  }

  get settledUpTo(): EventTime {
    return (this.lateUpTo - this.bundle.lookahead) as EventTime
  }

  get resolvedUpTo(): EventTime {
    return this.time === undefined ? BEGINNING_OF_TIME : resolvedUpTo(this.time)
  }

  /** Records up to this event time never change again: anchors are settled, and no deadline up to it is waited for. */
  get finalUpTo(): EventTime {
    const {settledUpTo, shared, users} = this
    const deadline = Math.min(users.deadlines.earliest, shared.earliestDeadline)
    return Math.min(settledUpTo, shared.settledUpTo, deadline - 1) as EventTime
  }

  get expiresBefore(): EventTime {
    return (this.watermark - this.bundle.retention) as EventTime
  }

  get waitsForDeadlines(): boolean {
    return this.users.deadlines.size > 0 || this.shared.waitsForDeadlines
  }
}

export function merchantOf(profile: StoredEvent): string {
  return String(profile.fields.merchant_id)
}
