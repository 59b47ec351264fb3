import type {Bundle} from '../../core/bundle/bundle.js'
import {countersFor, type RuleCounts} from '../../core/decision/rule-counters.js'
import type {Horizon} from '../../core/decision/rule-evaluator.js'
import type {KeyField} from '../../core/event/stream.js'
import {BEGINNING_OF_TIME, type EventTime} from '../../core/event/time.js'
import {VersionedTable} from '../../core/history/versioned-table.js'
import {KeyedStage, type StageTime} from './keyed-stage.js'
import {MerchantVisits} from './merchant-visits.js'

/** A partition that takes part. */
interface Sharing extends StageTime {
  readonly users: KeyedStage
}

/**
 * What the partitions of one process have in common: the table of merchants, and the keyed stages by other fields than
 * the user (merchants, devices, addresses). Accepted events are repartitioned into these within the process, whatever
 * partition they came from; their time is that of the slowest partition, and never goes back.
 */
export class SharedState implements StageTime {
  readonly merchants = new VersionedTable()
  readonly visits = new MerchantVisits()
  readonly counters: readonly RuleCounts[]
  readonly stages: ReadonlyMap<KeyField, KeyedStage>
  private readonly partitions: Sharing[] = []
  private committed: Horizon = {settledUpTo: BEGINNING_OF_TIME, resolvedUpTo: BEGINNING_OF_TIME}

  constructor(
    private readonly bundle: Bundle,
    keyCapacity: number,
  ) {
    this.counters = countersFor(bundle.rules)
    const ofStreams = [...bundle.streams.values()].map(({keyField}) => keyField)
    const fields = new Set([...bundle.ruleSets.keys(), ...ofStreams])
    fields.delete('user_id')
    this.stages = new Map(
      [...fields].map((field) => [
        field,
        new KeyedStage(field, this, bundle, this.merchants, this.counters, keyCapacity),
      ]),
    )
  }

  join(partition: Sharing): void {
    this.partitions.push(partition)
  }

  /** The stage by users, of the partition that a user belongs to: the first that knows the user. */
  usersWith(user: string, own: KeyedStage): KeyedStage {
    if (this.partitions.length === 1 || own.keys.get(user)?.history.isEmpty === false) return own
    const others = this.partitions.map(({users}) => users)
    return others.find(({keys}) => keys.get(user)?.history.isEmpty === false) ?? own
  }

  get lateUpTo(): EventTime {
    return Math.max(
      this.committed.settledUpTo,
      this.slowest(({lateUpTo}) => lateUpTo),
    ) as EventTime
  }

  get resolvedUpTo(): EventTime {
    return Math.max(
      this.committed.resolvedUpTo,
      this.slowest(({resolvedUpTo}) => resolvedUpTo),
    ) as EventTime
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

  get settledUpTo(): EventTime {
    return (this.lateUpTo - this.bundle.lookahead) as EventTime
  }

  get expiresBefore(): EventTime {
    return (this.lateUpTo + this.bundle.settings.time.allowedLateness - this.bundle.retention) as EventTime
  }

  /** A profile's new version concerns no visit up to this event time any more. */
  get visitsSettledUpTo(): EventTime {
    return (this.lateUpTo - this.bundle.merchantReach) as EventTime
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

  private slowest(timeOf: (partition: Sharing) => EventTime): number {
    let slowest = Number.POSITIVE_INFINITY
    for (const partition of this.partitions) slowest = Math.min(slowest, timeOf(partition))
    return slowest
  }
}
