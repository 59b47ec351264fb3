import {MemoryStateStore} from '../../../src/adapters/memory/memory-state-store.js'
import type {Bundle} from '../../../src/core/bundle/bundle.js'
import type {InputRecord} from '../../../src/engine/port/event-source.js'
import type {StateStore} from '../../../src/engine/port/state-store.js'
import type {Partition} from '../../../src/engine/stage/partition.js'
import {SeededRandom} from '../../../src/simulation/seeded-random.js'
import {START} from '../oracle/generators/scale.js'
import type {Line} from '../oracle/shapes.js'
import {Faults} from './faults.js'
import {inputRecords} from './input-records.js'
import {Journal} from './journal.js'
import {LogReader} from './log-reader.js'
import {type Ending, Owner, type Surroundings} from './owner.js'
import type {BundleChain} from './reloads.js'
import {SimulatedClock} from './simulated-clock.js'

const DAY_MS = 86_400_000

export interface WorldOptions {
  /** Nothing is in it yet. Default: one in memory. */
  readonly store?: StateStore
  /** So often an owner polls in vain after the end of the log. Default 3: enough for what waits for a deadline. */
  readonly idleAtEnd?: number
  /** Most records of a batch. Default: as many as there are. */
  readonly largestBatch?: number
  /** Most faults that strike owners. Default 12. */
  readonly faults?: number
  /** Sees an owner's state after each batch. */
  readonly afterBatch?: (partition: Partition) => void
  /** Further bundles, and the log with the records that activate them. */
  readonly reloads?: {
    readonly chain: BundleChain
    readonly activating: (records: readonly InputRecord[]) => readonly InputRecord[]
  }
  /** Whether the clock stays so far behind the log that nothing falls silent before its end. */
  readonly isNeverSilent?: boolean
}

/** One log, one store and their subscribers, and the owners that come and go: everything of one seed. */
export class World implements Surroundings {
  readonly store: StateStore
  readonly journal = new Journal()
  readonly random: SeededRandom
  readonly faults: Faults
  readonly clock: SimulatedClock
  readonly keyCapacity: number
  readonly overlapsPublishing: boolean
  /** Owners that stopped responding and may go on any time. */
  private readonly frozen: Owner[] = []
  readonly endings: Ending[] = []
  /** How often a key's state was asked of the store. */
  keysLoaded = 0
  /** Events that were given fields again. */
  fieldsAdded = 0

  private constructor(
    seed: number,
    private readonly bundle: Bundle,
    private readonly records: readonly InputRecord[],
    private readonly options: WorldOptions,
  ) {
    this.store = options.store ?? new MemoryStateStore()
    this.random = new SeededRandom(seed, 'world')
    this.faults = new Faults(new SeededRandom(seed, 'faults'), options.faults ?? 12)
    const ahead = options.isNeverSilent === true ? -1000 : this.random.pick([0, 1, 30])
    this.clock = new SimulatedClock(new SeededRandom(seed, 'clock'), START + ahead * DAY_MS)
    this.keyCapacity = this.random.pick([0, 1, 2, 3, 100])
    this.overlapsPublishing = this.random.pick([false, true])
  }

  /** The log holds these lines. */
  static async with(
    seed: number,
    bundle: Bundle,
    lines: readonly Line[],
    options: WorldOptions = {},
  ): Promise<World> {
    const records = await inputRecords(lines, bundle)
    return new World(seed, bundle, options.reloads?.activating(records) ?? records, options)
  }

  bundleOf(id: string | undefined): Bundle {
    return this.options.reloads?.chain.find((bundle) => bundle.id === id) ?? this.bundle
  }

  get end(): number {
    return this.records.length
  }

  newReader(): LogReader {
    const {idleAtEnd = 3, largestBatch = this.end + 1} = this.options
    return new LogReader(this.records, this.random, this.clock, {idleAtEnd, largestBatch})
  }

  batchWasPublished(partition: Partition): void {
    this.options.afterBatch?.(partition)
  }

  /**
   * One owner after the other until one has read to the end; then the zombies that are left. Gives the last
   * owner's state.
   */
  async run(): Promise<Partition> {
    for (;;) {
      const owner = new Owner(this)
      const ending = await Promise.race([owner.ended, owner.frozen])
      if (ending === 'frozen') continue
      this.endings.push(ending)
      if (ending !== 'read to the end') continue
      while (this.frozen.length > 0) await this.wakeZombie()
      return owner.partition as Partition
    }
  }

  /** A zombie goes on: what it still tries to commit is refused. */
  async wakeZombie(): Promise<void> {
    const zombie = this.frozen.shift()
    if (zombie !== undefined) this.endings.push(await zombie.wake())
  }

  wasFrozen(owner: Owner): void {
    this.frozen.push(owner)
  }

  keysWereLoaded(count: number): void {
    this.keysLoaded += count
  }

  fieldsWereAdded(count: number): void {
    this.fieldsAdded += count
  }
}
