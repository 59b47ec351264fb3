import type {Bundle} from '../../core/bundle/bundle.js'
import {firstInForce, type InForce, type TakeoverMoment} from '../../core/bundle/in-force.js'
import {countersAfter, type RuleCounts, unpackCounts} from '../../core/decision/rule-counters.js'
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
import type {Positions} from '../port/event-source.js'
import type {ToldTime} from '../port/parcel.js'
import type {Checkpoint, OpenedPartition, OutboxEntry} from '../port/state-store.js'
import type {ForgottenState} from './forgotten-state.js'
import {KeyedStage, type StageTime} from './keyed-stage.js'
import {restoreEvent} from './restore.js'
import {type RunningBundle, runningBundle} from './running-bundle.js'
import {type Inbox, SharedState} from './shared-state.js'
import {parseStoreKey} from './store-key.js'

/**
 * What a worker holds of one partition that it owns: the keyed stages' state in memory. Batches change it one
 * after the other; only committed changes survive it.
 */
export class Partition implements StageTime {
  /** The primary stage, the only one that decides. */
  readonly users: KeyedStage
  counters: readonly RuleCounts[]
  readonly ledger: Ledger
  readonly epoch: number
  /** Outbox entries that the last owner may not have published. */
  readonly inherited: readonly OutboxEntry[]
  /** Transactions whose currency has no rate. */
  unknownCurrencies = 0
  offset: number
  /** Of the partition's topics, where it has several. */
  positions: Positions | undefined
  outboxSequence: number
  publishedUpTo: number
  /** How the bundle in force came to be so. */
  inForce: InForce
  running: RunningBundle
  /** Whether that changed, and is to be stored with the next commit. */
  isNewlyInForce = false
  /** What a tombstone takes with it, to be done with the next commit. */
  forgotten: ForgottenState | undefined
  /** From partitions of the same process. */
  readonly inbox: Inbox = {findings: [], profiles: []}
  /** Begins with the first record that is read. */
  time: PartitionTime | undefined

  constructor(
    readonly number: number,
    bundle: Bundle,
    opened: OpenedPartition,
    keyCapacity: number,
    readonly shared: SharedState = new SharedState(bundle, keyCapacity),
  ) {
    const {checkpoint} = opened
    this.epoch = opened.epoch
    this.offset = checkpoint?.offset ?? 0
    this.positions = checkpoint?.positions
    this.time = checkpoint?.exchange?.hasBegun === false ? undefined : checkpoint?.time
    this.ledger = checkpoint?.ledger ?? emptyLedger(bundle.streams.keys())
    this.outboxSequence = checkpoint?.outboxSequence ?? 0
    this.inherited = opened.outbox
    this.publishedUpTo = this.outboxSequence - opened.outbox.length
    this.counters = unpackCounts(checkpoint?.counts ?? [], bundle.rules)
    this.inForce = opened.inForce ?? shared.inForce ?? firstInForce(bundle)
    this.running = runningBundle(bundle, this.inForce)
    this.users = new KeyedStage('user_id', this, shared.merchants, keyCapacity)
    if (opened.inForce !== undefined) shared.run(this.running)
    this.users.run(this.running, this.counters)
    shared.join(this)
    this.restore(opened)
    this.lookBack(checkpoint?.lookedBackUpTo ?? {})
  }

  private restore({expiries, deadlines, profiles, visits}: OpenedPartition): void {
    for (const [name, expiry] of expiries) {
      const {keyField, key} = parseStoreKey(name)
      this.shared.ensureStage(keyField)
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

  get bundle(): Bundle {
    return this.shared.bundle
  }

  /** Goes on under the bundle that the shared state runs. States in memory are prepared for it when they are next used. */
  adopt(inForce: InForce, former: Bundle): void {
    this.inForce = inForce
    this.running = runningBundle(this.bundle, inForce)
    this.isNewlyInForce = true
    this.counters = countersAfter(former.rules, this.counters, this.bundle.rules)
    this.users.run(this.running, this.counters)
    this.lookBack({})
  }

  private lookBack(after: Checkpoint['lookedBackUpTo']): void {
    const {inForce, bundle} = this
    if (!inForce.isBackfilling) return
    const rules = inForce.backfill.flatMap(({id, from}) => {
      const rule = bundle.rules.find((running) => running.id === id)
      return rule === undefined ? [] : [{rule, from: from ?? BEGINNING_OF_TIME}]
    })
    for (const stage of this.stages) stage.lookBack(rules, after[stage.keyField])
  }

  /** Rules that look back have looked at every key: what was kept for them may go. */
  finishLookingBack(): void {
    if (!this.inForce.isBackfilling || !this.stages.every(({hasLookedBack}) => hasLookedBack)) return
    this.inForce = {...this.inForce, isBackfilling: false}
    this.isNewlyInForce = true
  }

  /** Where time stands, to be held against whatever comes after. */
  get moment(): TakeoverMoment {
    const settled = Math.min(this.settledUpTo, this.shared.settledUpTo) as EventTime
    const {lateUpTo, resolvedUpTo: resolved} = this
    return {
      watermark: this.time?.watermark ?? null,
      lateUpTo: finite(lateUpTo),
      settledUpTo: finite(settled),
      resolvedUpTo: finite(resolved),
    }
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

  /** What was late stays late, also under a bundle that allows more. */
  get lateUpTo(): EventTime {
    const before = this.inForce.time?.lateUpTo ?? BEGINNING_OF_TIME
    return Math.max(before, this.watermark - this.bundle.settings.time.allowedLateness) as EventTime
  }

  /** While rules look back, all stays as it was when they were told to. */
  get forgetUpTo(): EventTime {
    const {time, isBackfilling} = this.inForce
    return isBackfilling ? (time?.lateUpTo ?? BEGINNING_OF_TIME) : this.lateUpTo
  }

  get settledUpTo(): EventTime {
    const before = this.inForce.time?.settledUpTo ?? BEGINNING_OF_TIME
    return Math.max(before, this.forgetUpTo - this.bundle.lookahead) as EventTime
  }

  get resolvedUpTo(): EventTime {
    return this.time === undefined ? BEGINNING_OF_TIME : resolvedUpTo(this.time)
  }

  /** Records up to this event time never change again: anchors are settled, and no deadline up to it is waited for. */
  get finalUpTo(): EventTime {
    const {settledUpTo, users, shared} = this
    // The anchor that waits for it came no more than this before it.
    const waiting = users.deadlines.earliest - this.bundle.lookahead - 1
    const now = Math.min(settledUpTo, shared.heardUpTo, waiting)
    const before = shared.isExchanging ? shared.exchange?.finalUpTo : undefined
    return Math.max(before ?? BEGINNING_OF_TIME, now) as EventTime
  }

  /** How far time is here, as it tells other partitions. */
  get told(): ToldTime {
    const {time, lateUpTo, resolvedUpTo: resolved, shared} = this
    const {exchange, bundle} = shared
    const silentUpTo = exchange?.silentUpTo ?? null
    // Who never read anything has nothing to wait for.
    const silent =
      time === undefined && silentUpTo !== null ? silentUpTo - bundle.settings.time.idleTimeout : null
    return {
      lateUpTo: finite(lateUpTo),
      resolvedUpTo: (silent as EventTime | null) ?? finite(resolved),
      settledUpTo: finite(shared.finalUpTo),
      wall: time !== undefined && Number.isFinite(time.wall) ? time.wall : null,
      silentUpTo,
    }
  }

  get expiresBefore(): EventTime {
    const {time, isBackfilling} = this.inForce
    const watermark = isBackfilling ? (time?.watermark ?? BEGINNING_OF_TIME) : this.watermark
    const expired = watermark - this.bundle.retention
    // Other partitions may be far behind, and find something about a transaction then.
    return (this.shared.isAlone ? expired : Math.min(expired, this.shared.heardUpTo)) as EventTime
  }

  get waitsForDeadlines(): boolean {
    return this.users.deadlines.size > 0 || this.shared.waitsForDeadlines
  }
}

function finite(time: EventTime): EventTime | null {
  return Number.isFinite(time) ? time : null
}

export function merchantOf(profile: StoredEvent): string {
  return String(profile.fields.merchant_id)
}
