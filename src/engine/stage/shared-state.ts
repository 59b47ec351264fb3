import type {Bundle} from '../../core/bundle/bundle.js'
import {firstInForce, type InForce, type TakeoverMoment} from '../../core/bundle/in-force.js'
import type {Finding} from '../../core/decision/finding.js'
import {countersAfter, countersFor, type RuleCounts} from '../../core/decision/rule-counters.js'
import type {Horizon} from '../../core/decision/rule-evaluator.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import type {KeyField} from '../../core/event/stream.js'
import {BEGINNING_OF_TIME, type EventTime, type WallTime} from '../../core/event/time.js'
import {stageFieldOf} from '../../core/feature/key-features.js'
import {VersionedTable} from '../../core/history/versioned-table.js'
import {isSilent, type PartitionTime} from '../../core/watermark/watermark.js'
import type {Exchange} from './exchange.js'
import {KeyedStage, type StageTime} from './keyed-stage.js'
import {MerchantVisits} from './merchant-visits.js'
import {type RunningBundle, runningBundle} from './running-bundle.js'

/** A merchant's profile as it came. */
export interface ReadProfile {
  readonly event: StoredEvent
  readonly ingestedAt: WallTime
  readonly traceparent: string | undefined
}

/** What other partitions of the process have for one: done with its next batch. */
export interface Inbox {
  /** What rules by other keys found about transactions of its users. */
  readonly findings: Finding[]
  /** Merchants' profiles that they read. */
  readonly profiles: ReadProfile[]
}

/** A partition that takes part. */
export interface Sharing extends StageTime {
  readonly number: number
  readonly inbox: Inbox
  readonly users: KeyedStage
  readonly inForce: InForce
  readonly time: PartitionTime | undefined
  /** Where time stands, to be held against whatever comes after. */
  readonly moment: TakeoverMoment
  /** Goes on under the bundle that the shared state runs. */
  adopt(inForce: InForce, former: Bundle): void
}

/**
 * What the partitions of one process have in common: the bundle, the table of merchants, and the keyed stages by other fields than
 * the user (merchants, devices, addresses). Accepted events are repartitioned into these within the process, whatever
 * partition they came from; their time is that of the slowest partition that is not silent, and never goes back.
 */
export class SharedState implements StageTime {
  readonly merchants = new VersionedTable()
  readonly visits = new MerchantVisits()
  counters: readonly RuleCounts[]
  /** Once there, a stage stays: what it keeps has to expire, whatever bundle is in force. */
  readonly stages = new Map<KeyField, KeyedStage>()
  readonly partitions: Sharing[] = []
  /** How far time was when the last batch was done. */
  committed: Horizon
  /** Where partitions take turns: how far time was when the last turn was done, and up to where they had heard all findings. */
  private turn: (Horizon & {readonly heardUpTo: EventTime}) | undefined
  private running: RunningBundle

  constructor(
    bundle: Bundle,
    private readonly keyCapacity: number,
    /** How events by other keys come from and go to partitions of other processes; undefined: all are in this one. */
    readonly exchange?: Exchange | undefined,
    committed: Horizon = {settledUpTo: BEGINNING_OF_TIME, resolvedUpTo: BEGINNING_OF_TIME},
  ) {
    this.committed = committed
    this.counters = countersFor(bundle.rules)
    this.running = runningBundle(bundle, firstInForce(bundle))
    this.run(this.running)
  }

  get bundle(): Bundle {
    return this.running.bundle
  }

  /** Runs the rules of a bundle from now on. */
  run(running: RunningBundle): void {
    const {bundle} = running
    this.counters = countersAfter(this.bundle.rules, this.counters, bundle.rules)
    this.running = running
    for (const {keyField} of bundle.streams.values()) this.ensureStage(keyField)
    for (const keyField of bundle.ruleSets.keys()) this.ensureStage(keyField)
    for (const {entity} of bundle.features.plans) this.ensureStage(stageFieldOf(entity))
    for (const stage of this.stages.values()) stage.run(running, this.counters)
  }

  /** The stage by a field, which begins empty if there was none. */
  ensureStage(keyField: KeyField): void {
    if (keyField === 'user_id' || this.stages.has(keyField)) return
    const stage = new KeyedStage(keyField, this, this.merchants, this.keyCapacity)
    stage.run(this.running, this.counters)
    this.stages.set(keyField, stage)
  }

  join(partition: Sharing): void {
    this.partitions.push(partition)
  }

  /** How the bundle came to be in force, as the partitions that are here know it; undefined if there are none. */
  get inForce(): InForce | undefined {
    const [first] = this.partitions
    return first === undefined ? undefined : {...first.inForce, time: null, isBackfilling: false}
  }

  /** Whether one partition has all there is. */
  get isAlone(): boolean {
    return this.exchange === undefined && this.partitions.length === 1
  }

  /** How far wall time was seen to be; undefined before anything was read. */
  get wall(): WallTime | undefined {
    let wall: WallTime | undefined
    for (const {time} of this.partitions)
      if (time !== undefined && (wall === undefined || time.wall > wall)) wall = time.wall
    return wall
  }

  /** The partition that a user belongs to: the first that knows the user. */
  ownerOf(user: string, own: Sharing): Sharing {
    if (this.isAlone || own.users.keys.get(user)?.history.isEmpty === false) return own
    return this.partitions.find(({users}) => users.expiries.has(user)) ?? own
  }

  /**
   * All partitions of the process have read their inputs up to a wall time, one after the other: only now time goes on in the
   * shared stages. While it is not each one's turn to be ahead, those that wait for theirs would seem to be silent.
   */
  turnIsDone(wall: WallTime): void {
    const active = this.activeAt(wall)
    this.turn = {
      heardUpTo: this.finalUpTo,
      settledUpTo: slowest(active, ({lateUpTo}) => lateUpTo) as EventTime,
      resolvedUpTo: slowest(active, ({resolvedUpTo}) => resolvedUpTo) as EventTime,
    }
  }

  /** Whether histories by other keys hold events of partitions of other processes. */
  get isExchanging(): boolean {
    return this.exchange !== undefined && [...this.stages.values()].some(({takesAny}) => takesAny)
  }

  get lateUpTo(): EventTime {
    const now = this.isExchanging
      ? this.exchange?.lateUpTo
      : (this.turn?.settledUpTo ?? slowest(this.partitions, ({lateUpTo}) => lateUpTo))
    return Math.max(this.committed.settledUpTo, now ?? BEGINNING_OF_TIME) as EventTime
  }

  get resolvedUpTo(): EventTime {
    const now = this.isExchanging
      ? this.exchange?.resolvedUpTo
      : (this.turn?.resolvedUpTo ?? slowest(this.partitions, ({resolvedUpTo}) => resolvedUpTo))
    return Math.max(this.committed.resolvedUpTo, now ?? BEGINNING_OF_TIME) as EventTime
  }

  /** How far time was in the shared stages when an event of one partition was accepted. */
  horizonOf({settledUpTo, resolvedUpTo}: Horizon): Horizon {
    const {committed} = this
    return {
      settledUpTo: Math.max(committed.settledUpTo, Math.min(settledUpTo, this.lateUpTo)) as EventTime,
      resolvedUpTo: Math.max(committed.resolvedUpTo, Math.min(resolvedUpTo, this.resolvedUpTo)) as EventTime,
    }
  }

  /** A batch is done: what has settled by now was forgotten. */
  batchIsDone(): void {
    this.committed = {settledUpTo: this.lateUpTo, resolvedUpTo: this.resolvedUpTo}
  }

  get forgetUpTo(): EventTime {
    const {lateUpTo} = this
    if (!this.partitions.some(({inForce}) => inForce.isBackfilling)) return lateUpTo
    return Math.min(
      lateUpTo,
      slowest(this.partitions, ({forgetUpTo}) => forgetUpTo),
    ) as EventTime
  }

  get settledUpTo(): EventTime {
    const before = slowest(this.partitions, ({inForce}) => inForce.time?.settledUpTo ?? BEGINNING_OF_TIME)
    return Math.max(before, this.forgetUpTo - this.bundle.lookahead) as EventTime
  }

  get expiresBefore(): EventTime {
    const {settings, retention} = this.bundle
    return (this.forgetUpTo + settings.time.allowedLateness - retention) as EventTime
  }

  /** A profile's new version concerns no visit up to this event time any more. */
  get visitsSettledUpTo(): EventTime {
    return (this.forgetUpTo - this.bundle.merchantReach) as EventTime
  }

  /** What the rules of these stages found about anchors up to this event time never changes again. */
  get finalUpTo(): EventTime {
    // The anchor that waits for a deadline came no more than this before it.
    const waiting = this.earliestDeadline - this.bundle.lookahead
    return Math.min(this.settledUpTo, waiting - 1) as EventTime
  }

  /** What they found about transactions up to this event time has come to the partitions of the users. */
  get heardUpTo(): EventTime {
    if (this.isExchanging) return this.exchange?.settledUpTo ?? BEGINNING_OF_TIME
    return this.turn?.heardUpTo ?? this.finalUpTo
  }

  /** No deadline of a shared stage is earlier. */
  get earliestDeadline(): EventTime {
    let earliest = Number.POSITIVE_INFINITY
    for (const {deadlines} of this.stages.values()) earliest = Math.min(earliest, deadlines.earliest)
    return earliest as EventTime
  }

  get waitsForDeadlines(): boolean {
    return [...this.stages.values()].some(({deadlines}) => deadlines.size > 0)
  }

  /** The partitions that count for time: not those that fell silent while others go on. */
  private activeAt(wall: WallTime): readonly Sharing[] {
    const {partitions} = this
    const settings = this.bundle.settings.time
    const active = partitions.filter(({time}) => time === undefined || !isSilent(time, wall, settings))
    return active.length === 0 ? partitions : active
  }
}

function slowest(partitions: readonly Sharing[], timeOf: (partition: Sharing) => EventTime): number {
  let time = Number.POSITIVE_INFINITY
  for (const partition of partitions) time = Math.min(time, timeOf(partition))
  return time
}
