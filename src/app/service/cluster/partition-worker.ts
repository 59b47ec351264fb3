import {lastValueFrom} from 'rxjs'
import type {ConsumerGroup} from '../../../adapters/kafka/consumer-group.js'
import {KafkaEventSource} from '../../../adapters/kafka/event-source.js'
import {OffsetOutOfRangeError} from '../../../adapters/kafka/offset-out-of-range-error.js'
import {StateLostError, StateSetBackError} from '../../../adapters/redis/redis-errors.js'
import type {RedisStateStore} from '../../../adapters/redis/state-store.js'
import type {Tracing} from '../../../adapters/telemetry/tracing.js'
import type {Bundle} from '../../../core/bundle/bundle.js'
import type {CommittedBatch, MatchedBatch} from '../../../engine/operator/batch.js'
import {scoring} from '../../../engine/pipeline/scoring.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {DecisionWatch} from '../../../engine/port/decision-watch.js'
import type {Scorer} from '../../../engine/port/model.js'
import type {Publisher} from '../../../engine/port/publisher.js'
import {OffsetMismatchError, StaleEpochError} from '../../../engine/port/state-store.js'
import type {StepWatch} from '../../../engine/port/telemetry.js'
import type {Routing} from '../../../engine/stage/exchange.js'
import {openPartition} from '../../../engine/stage/open-partition.js'
import type {Partition} from '../../../engine/stage/partition.js'
import type {PartitionBuilding} from './building/partition-building.js'
import type {SnapshotRestoring} from './building/snapshot-restoring.js'
import type {SnapshotTaking} from './building/snapshot-taking.js'

export interface PartitionWorkerParts {
  readonly group: ConsumerGroup
  readonly store: RedisStateStore
  readonly publisher: Publisher
  /** Sees to a state that is built from the log; anew each time that a partition is opened. */
  readonly buildingOf: () => PartitionBuilding
  /** Takes snapshots of its state, where they are asked for; anew each time that it is opened. */
  readonly takingOf: () => SnapshotTaking | undefined
  /** Puts a snapshot in the place of a state that is lost, where there are any. */
  readonly restoring: SnapshotRestoring | undefined
  /** Where keys live, where there are several partitions; undefined of a single one. */
  readonly routing: Routing | undefined
  /** Looks after those who wait for decisions of a partition; anew each time that it is opened. */
  readonly watchOf: (partition: number) => DecisionWatch
  readonly clock: Clock
  readonly scorer?: Scorer | undefined
  readonly tracing?: Tracing | undefined
  readonly ruleWatch?: StepWatch<MatchedBatch> | undefined
  /** The bundle of an id; of undefined, the one with which the log begins. */
  readonly bundleOf: (id: string | undefined) => Promise<Bundle>
  /** Hears of every batch after it is published. */
  readonly onBatch: (batch: CommittedBatch) => void
  /** Hears of what went wrong and is tried again. */
  readonly onTrouble: (partition: number, error: Error) => void
  /** The state is gone, or older, with everything that the store held: called before it is built anew from the log. */
  readonly onStateLost: () => Promise<void>
  /** Trying again would not help. */
  readonly onFailure: (error: Error) => void
}

/** So many keys are held in memory of a partition that is the only one, or else of each; the others are read when they are needed. */
const KEY_CAPACITY = {alone: 100_000, ofSeveral: 25_000}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000

/**
 * One partition that is this process's: takes it under a new epoch, reads on where its state says, and scores until it
 * is told to stop. Whatever fails, nothing was half done: the partition is opened anew and goes on from its last commit.
 */
export class PartitionWorker {
  /** What is held of it; undefined while it is being opened. */
  partition: Partition | undefined
  private source: KafkaEventSource | undefined
  private trouble: Error | undefined
  private isStopping = false
  private wake: (() => void) | undefined
  private readonly ended: Promise<void>

  /** `after`: what has to end before it begins. */
  constructor(
    readonly number: number,
    private readonly parts: PartitionWorkerParts,
    after: Promise<void>,
  ) {
    this.ended = after.then(() => this.run())
  }

  /** Finishes the batch under way, publishes it and takes no more. Resolves when that is done. */
  stop(): Promise<void> {
    this.isStopping = true
    this.source?.stop()
    this.wake?.()
    return this.ended
  }

  /** The group says again that the partition is this process's: who lost it to another owner may take it back. */
  confirm(): void {
    if (this.trouble instanceof StaleEpochError) this.wake?.()
  }

  /** Looks whether the state is still there: where nothing comes in, no commit would tell. */
  async look(): Promise<void> {
    const {source} = this
    await this.parts.store.assertThere(this.number).catch((error: unknown) => {
      // Anything else is told by whatever is going on, and is over when nothing is.
      if (error instanceof StateLostError) source?.fail(error)
    })
  }

  /** Records on the log that were not taken. */
  get unread(): number {
    return this.source?.unread ?? 0
  }

  /** Whether its state is being built from the log. */
  get isBuilding(): boolean {
    return this.parts.store.building(this.number) !== undefined
  }

  /** Why it does not go on at the moment; undefined if it does. */
  get reason(): string | undefined {
    if (this.trouble !== undefined) return `partition ${this.number}: ${this.trouble.message}`
    return this.partition === undefined ? `partition ${this.number} is being opened` : undefined
  }

  private async run(): Promise<void> {
    let pause = FIRST_PAUSE_MS
    while (!this.isStopping) {
      try {
        await this.work(() => {
          pause = FIRST_PAUSE_MS
        })
      } catch (error) {
        if (this.isStopping) return
        if (error instanceof OffsetOutOfRangeError || error instanceof RangeError)
          return this.parts.onFailure(error)
        this.trouble = error as Error
        this.parts.tracing?.failed(error as Error, this.number)
        this.parts.onTrouble(this.number, error as Error)
        await this.recover(error as Error, pause)
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS)
      } finally {
        this.source?.stop()
        this.source = undefined
        this.partition = undefined
      }
    }
  }

  /** Prepares for the next try. */
  private async recover(error: Error, pause: number): Promise<void> {
    const isOlder = wasSetBack(error)
    if (error instanceof OffsetMismatchError && !isOlder) return
    if (error instanceof StaleEpochError && !isOlder) return this.waitFor(undefined)
    if (!(error instanceof StateLostError) && !isOlder) return this.waitFor(pause)
    try {
      const {store, restoring, onStateLost} = this.parts
      await onStateLost()
      // It goes on from there as from any older state.
      const goesOn = isOlder || (isGone(error) && (await restoring?.restore(this.number)))
      if (goesOn === true) store.goOnFromOlder(this.number)
      else store.beginAnew(this.number)
    } catch (trouble) {
      // Not yet: the next try finds the state lost again.
      this.parts.onTrouble(this.number, trouble as Error)
      await this.waitFor(pause)
    }
  }

  private async work(onProgress: () => void): Promise<void> {
    const {store, publisher, group, clock, scorer, tracing, bundleOf, onBatch, routing} = this.parts
    const watch = this.parts.watchOf(this.number)
    await this.checkMarks()
    const exchanging = routing && {routing, at: clock.now()}
    const capacity = routing === undefined ? KEY_CAPACITY.alone : KEY_CAPACITY.ofSeveral
    const partition = await openPartition(
      ...([this.number, bundleOf, store, publisher, capacity, exchanging] as const),
    )
    if (this.isStopping) return
    const source = new KafkaEventSource({group, clock, partition: this.number})
    source.seek(this.number, partition.offset, partition.positions)
    this.partition = partition
    this.source = source
    this.trouble = undefined
    const building = this.parts.buildingOf()
    const taking = this.parts.takingOf()
    const batches = scoring({
      ...{store, publisher, clock, scorer, watch, tracing, ruleWatch: this.parts.ruleWatch},
      source: tracing?.watched(source) ?? source,
      partitionOf: () => partition,
      bundleOf: async (id) => ({bundle: await bundleOf(id)}),
      overlapsPublishing: () => !this.isBuilding,
      afterBatch: async (batch) => {
        onProgress()
        if (batch.input.positions !== undefined) group.marks.note(this.number, batch.input.positions)
        onBatch(batch)
        await building.after(batch)
        await taking?.after(batch)
      },
    })
    try {
      await lastValueFrom(batches, {defaultValue: undefined})
    } finally {
      await taking?.stop(this.number)
    }
  }

  /** Rejects where the state is behind what was marked on Kafka: it was set back while nobody was there to notice. */
  private async checkMarks(): Promise<void> {
    const {group, store} = this.parts
    if (this.trouble !== undefined && wasSetBack(this.trouble)) return
    // Asked first: the state was that far by then.
    const marks = await group.marks.of(this.number)
    const positions = await store.positionsOf(this.number)
    if (positions === undefined) return
    for (const [place, was] of Object.entries(marks)) {
      const is = positions[place] ?? 0
      if (is < was) throw new StateSetBackError(this.number, place, was, is)
    }
  }

  /** Until it is woken or, where it is told how long, so long. */
  private waitFor(ms: number | undefined): Promise<void> {
    if (this.isStopping) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Whether nothing of the state is there, nor that of anybody else. */
function isGone(error: Error): boolean {
  return error instanceof StateLostError && error.found === ''
}

/** Whether the state stands where it stood before: an older file of Redis was restored, or a replica took over that had not all. */
function wasSetBack(error: Error): boolean {
  if (error instanceof StateSetBackError) return true
  if (error instanceof OffsetMismatchError) return error.current < error.offset
  return error instanceof StaleEpochError && error.current < error.epoch
}
