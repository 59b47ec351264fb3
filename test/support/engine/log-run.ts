import {lastValueFrom, take} from 'rxjs'
import {MemoryEventLog} from '../../../src/adapters/memory/memory-event-log.js'
import {MemoryStateStore} from '../../../src/adapters/memory/memory-state-store.js'
import {CONTROL_STREAM, encodeActivation} from '../../../src/core/bundle/activation.js'
import type {Bundle} from '../../../src/core/bundle/bundle.js'
import type {WallTime} from '../../../src/core/event/time.js'
import {scoring} from '../../../src/engine/pipeline/scoring.js'
import type {IntakeRecord} from '../../../src/engine/port/event-intake.js'
import type {EventSource, InputBatch} from '../../../src/engine/port/event-source.js'
import {openPartition} from '../../../src/engine/stage/open-partition.js'
import type {Partition} from '../../../src/engine/stage/partition.js'
import {Collected} from './collected-run.js'

/** An event on the log. */
export interface LoggedEvent {
  readonly stream: string
  readonly event: {readonly [field: string]: unknown}
  /** When it came; its event time if absent. */
  readonly arrival_time?: number
}

/** A bundle that is activated. */
export interface LoggedActivation {
  readonly activate: Bundle
  readonly at: number
  readonly backfill?: readonly string[]
}

export interface LogRunOptions {
  readonly batchSize?: number
  /** The process dies after so many batches, or up to three more, and another goes on; again and again. */
  readonly diesAfter?: number
  /** Keys in memory. */
  readonly keyCapacity?: number
  /** At so many keys a rule that is backfilled looks with each batch. */
  readonly lookBackKeys?: number
}

export interface LogRun {
  readonly collected: Collected
  readonly partition: Partition
  readonly store: MemoryStateStore
}

const utf8 = new TextEncoder()

/** Runs the engine over a log in memory that holds events and activations, as a service does. */
export async function logRun(
  first: Bundle,
  log: readonly (LoggedEvent | LoggedActivation)[],
  {batchSize = 512, diesAfter, keyCapacity = 1000, lookBackKeys}: LogRunOptions = {},
): Promise<LogRun> {
  const bundles = new Map([[first.id, first]])
  for (const entry of log) if ('activate' in entry) bundles.set(entry.activate.id, entry.activate)
  const store = new MemoryStateStore()
  const collected = new Collected()
  for (let life = 0; ; life++) {
    const clock = {now: () => 0 as WallTime}
    const recorded = new MemoryEventLog({clock, batchSize})
    await recorded.append(0, log.map(toRecord))
    recorded.end()
    const bundleOf = async (id: string | undefined) => bundles.get(id ?? first.id) as Bundle
    const partition = await openPartition(0, bundleOf, store, collected, keyCapacity)
    const source = new WithLastPolls(recorded, partition)
    source.seek(0, partition.offset)
    const batches = scoring({
      source,
      store,
      publisher: collected,
      clock,
      partitionOf: () => partition,
      bundleOf: async (id) => ({bundle: await bundleOf(id)}),
      lookBackKeys,
    })
    await lastValueFrom(diesAfter === undefined ? batches : batches.pipe(take(diesAfter + (life % 4))), {
      defaultValue: undefined,
    })
    if (source.isExhausted) return {collected, partition, store}
  }
}

/** After the end of the log come polls that bring nothing: what is due by then is done. */
class WithLastPolls implements EventSource {
  private polls = 2

  constructor(
    private readonly log: MemoryEventLog,
    private readonly partition: Partition,
  ) {}

  partitions = () => this.log.partitions()
  seek = (partition: number, offset: number) => this.log.seek(partition, offset)
  before = (partition: number, offset: number) => this.log.before(partition, offset)

  get isExhausted(): boolean {
    return this.polls < 0
  }

  async next(): Promise<InputBatch | undefined> {
    const batch = await this.log.next()
    if (batch !== undefined || this.polls-- === 0) return batch
    const {number, offset: nextOffset, time} = this.partition
    return {partition: number, records: [], polledAt: time?.wall ?? (0 as WallTime), nextOffset}
  }
}

function toRecord(entry: LoggedEvent | LoggedActivation): IntakeRecord {
  if ('activate' in entry) {
    const {activate, at, backfill = []} = entry
    const bytes = utf8.encode(encodeActivation({bundle: activate.id, backfill}))
    return {stream: CONTROL_STREAM, bytes, refusal: undefined, ingestedAt: at as WallTime}
  }
  const {stream, event, arrival_time = event.event_time as number} = entry
  const bytes = utf8.encode(JSON.stringify(event))
  return {stream, bytes, refusal: undefined, ingestedAt: arrival_time as WallTime}
}
