import type {Bundle} from '../../core/bundle/bundle.js'
import {countersFor, type RuleCounts} from '../../core/decision/rule-counters.js'
import {RuleEvaluator} from '../../core/decision/rule-evaluator.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import type {EventTime, WallTime} from '../../core/event/time.js'
import {VersionedTable} from '../../core/history/versioned-table.js'
import {emptyLedger, type Ledger} from '../../core/ledger/ledger.js'
import {
  beginPartitionTime,
  type PartitionTime,
  resolvedUpTo,
  watermarkOf,
} from '../../core/watermark/watermark.js'
import type {OpenedPartition, OutboxEntry} from '../port/state-store.js'
import {DeadlineIndex} from './deadline-index.js'
import {ExpiryIndex} from './expiry-index.js'
import {KeyCache} from './key-cache.js'
import {MerchantVisits} from './merchant-visits.js'
import {restoreEvent} from './restore.js'

/**
 * What a worker holds of one partition that it owns: the keyed stage's state in memory. Batches change it one
 * after the other; only committed changes survive it.
 */
export class Partition {
  readonly keys: KeyCache
  readonly expiries = new ExpiryIndex()
  readonly deadlines = new DeadlineIndex()
  readonly visits = new MerchantVisits()
  readonly merchants = new VersionedTable()
  readonly counters: readonly RuleCounts[]
  readonly evaluator: RuleEvaluator
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
  ) {
    const {checkpoint} = opened
    this.epoch = opened.epoch
    this.offset = checkpoint?.offset ?? 0
    this.time = checkpoint?.time
    this.ledger = checkpoint?.ledger ?? emptyLedger(bundle.streams.keys())
    this.outboxSequence = checkpoint?.outboxSequence ?? 0
    this.inherited = opened.outbox
    this.publishedUpTo = this.outboxSequence - opened.outbox.length
    this.keys = new KeyCache(keyCapacity)
    this.counters = countersFor(bundle.rules)
    this.evaluator = new RuleEvaluator(bundle, this.merchants, this.counters)
    for (const [key, expiry] of opened.expiries) this.expiries.set(key, expiry)
    for (const [key, deadline] of opened.deadlines) this.deadlines.set(key, deadline)
    for (const profile of opened.profiles) {
      const version = restoreEvent(profile, bundle)
      this.merchants.insert(merchantOf(version), version)
    }
    for (const visit of opened.visits) this.visits.add(visit)
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
    return this.time === undefined ? (Number.NEGATIVE_INFINITY as EventTime) : watermarkOf(this.time)
  }

  /** Events up to this event time are late. */
  get lateUpTo(): EventTime {
    return (this.watermark - this.bundle.settings.time.allowedLateness) as EventTime
  }

  /** Anchors up to this event time never change again. */
  get settledUpTo(): EventTime {
    return (this.lateUpTo - this.bundle.lookahead) as EventTime
  }

  /** Deadlines up to this event time are reached. */
  get resolvedUpTo(): EventTime {
    return this.time === undefined ? (Number.NEGATIVE_INFINITY as EventTime) : resolvedUpTo(this.time)
  }

  /** Records up to this event time never change again: anchors are settled, and no deadline up to it is waited for. */
  get finalUpTo(): EventTime {
    return Math.min(this.settledUpTo, this.deadlines.earliest - 1) as EventTime
  }

  /** Keys with rules that wait for a deadline which is reached. */
  dueKeys(limit: number): readonly string[] {
    return this.deadlines.due(this.resolvedUpTo, limit)
  }

  /** A profile's new version concerns no visit up to this event time any more. */
  get visitsSettledUpTo(): EventTime {
    return (this.lateUpTo - this.bundle.merchantReach) as EventTime
  }

  /** Keys with events that no rule, join or duplicate check can need any more. */
  expiredKeys(limit: number): readonly string[] {
    return this.expiries.due(this.expiresBefore, limit).filter((key) => !this.isDue(key))
  }

  /** What a rule waited for has come about, and is not looked at yet. */
  private isDue(key: string): boolean {
    const deadline = this.deadlines.get(key)
    return deadline !== undefined && deadline <= this.resolvedUpTo
  }

  /** Events before this event time are dropped. */
  get expiresBefore(): EventTime {
    return (this.watermark - this.bundle.retention) as EventTime
  }
}

export function merchantOf(profile: StoredEvent): string {
  return String(profile.fields.merchant_id)
}
