import {lastValueFrom, tap} from 'rxjs'
import type {Bundle} from '../../../src/core/bundle/bundle.js'
import {scoring} from '../../../src/engine/pipeline/scoring.js'
import type {Clock} from '../../../src/engine/port/clock.js'
import type {EventSource} from '../../../src/engine/port/event-source.js'
import type {Publisher} from '../../../src/engine/port/publisher.js'
import {
  type AddedFields,
  type Commit,
  OffsetMismatchError,
  type OpenedPartition,
  type OutboxEntry,
  type PersistedKey,
  StaleEpochError,
  type StateStore,
} from '../../../src/engine/port/state-store.js'
import {openPartition} from '../../../src/engine/stage/open-partition.js'
import type {Partition} from '../../../src/engine/stage/partition.js'
import type {SeededRandom} from '../../../src/simulation/seeded-random.js'
import {type FaultPoint, type Faults, SimulatedCrash} from './faults.js'
import type {Journal} from './journal.js'

/** A rule that is backfilled looks at one key after the other: everything can come in between. */
const LOOK_BACK_KEYS = 1

/** How an owner's time ended. */
export type Ending = 'read to the end' | 'crashed' | 'fenced' | 'misplaced'

/** What an owner finds around it. */
export interface Surroundings {
  /** Of undefined: the one with which the log begins. */
  bundleOf(id: string | undefined): Bundle
  readonly store: StateStore
  readonly journal: Journal
  readonly random: SeededRandom
  readonly faults: Faults
  readonly clock: Clock
  readonly keyCapacity: number
  /** Whether a batch begins while the last one is being published. */
  readonly overlapsPublishing: boolean
  /** How many records the log holds. */
  readonly end: number
  newReader(): EventSource
  batchWasPublished(partition: Partition): void
  /** An owner stopped responding. */
  wasFrozen(owner: Owner): void
  /** One that was frozen goes on; resolves when it is through. */
  wakeZombie(): Promise<void>
  /** Keys were asked of the store. */
  keysWereLoaded(count: number): void
  /** Events were given fields that they lacked. */
  fieldsWereAdded(count: number): void
}

/**
 * A process that owns the partition: opens it, publishes what was left, seeks and runs the pipeline, as the
 * service does. It sees the store and the subscribers through ports at which it can be struck.
 */
export class Owner implements StateStore, Publisher {
  /** Resolves when it stops responding. */
  readonly frozen: Promise<'frozen'>
  readonly ended: Promise<Ending>
  partition: Partition | undefined
  /** Whether it went on after it was frozen. */
  isZombie = false
  private markFrozen: (state: 'frozen') => void = () => {}
  private thaw: () => void = () => {}

  constructor(private readonly world: Surroundings) {
    this.frozen = new Promise((resolve) => {
      this.markFrozen = resolve
    })
    this.ended = this.run()
  }

  /** Lets it go on as a zombie. Resolves when it is through. */
  async wake(): Promise<Ending> {
    this.isZombie = true
    this.thaw()
    return this.ended
  }

  private async run(): Promise<Ending> {
    const {clock, faults, keyCapacity, end} = this.world
    const bundleOf = async (id: string | undefined) => this.world.bundleOf(id)
    try {
      const partition = await openPartition(0, bundleOf, this, this, keyCapacity)
      this.partition = partition
      const source = this.world.newReader()
      source.seek(0, faults.placeOfReading(partition.offset, end))
      const partitionOf = () => partition
      const batches = scoring({
        source,
        store: this,
        publisher: this,
        clock,
        partitionOf,
        bundleOf: async (id) => ({bundle: await bundleOf(id)}),
        lookBackKeys: LOOK_BACK_KEYS,
        overlapsPublishing: () => this.world.overlapsPublishing,
      })
      const watched = batches.pipe(tap(() => this.world.batchWasPublished(partition)))
      await lastValueFrom(watched, {defaultValue: undefined})
      return 'read to the end'
    } catch (error) {
      if (error instanceof SimulatedCrash) return 'crashed'
      if (error instanceof StaleEpochError) return 'fenced'
      if (error instanceof OffsetMismatchError) return 'misplaced'
      throw error
    }
  }

  async open(number: number): Promise<OpenedPartition> {
    await this.mayBeStruck('before open')
    const opened = await this.world.store.open(number)
    this.world.journal.opened(opened.epoch)
    await this.mayBeStruck('after open')
    return opened
  }

  async load(number: number, keys: readonly string[]): Promise<readonly (PersistedKey | undefined)[]> {
    await this.mayBeStruck('before load')
    this.world.keysWereLoaded(keys.length)
    return this.world.store.load(number, keys)
  }

  async commit(number: number, commit: Commit): Promise<void> {
    await this.mayBeStruck('before commit')
    await this.world.store.commit(number, commit)
    this.world.journal.wasCommitted(commit)
    await this.mayBeStruck('after commit')
  }

  async addFields(number: number, added: readonly AddedFields[]): Promise<void> {
    await this.mayBeStruck('before load')
    this.world.fieldsWereAdded(added.length)
    await this.world.store.addFields(number, added)
  }

  async publish(entry: OutboxEntry): Promise<void> {
    const {journal, random} = this.world
    await this.mayBeStruck('before publish')
    const some = <T>(records: readonly T[]): T[] => records.filter(() => random.chance(0.5))
    const {alerts, decisions, deadLetters, late} = entry
    journal.wasPublished({
      ...entry,
      alerts: some(alerts),
      decisions: some(decisions),
      deadLetters: some(deadLetters),
      late: some(late),
    })
    await this.mayBeStruck('during publish')
    journal.wasPublished(entry)
    await this.mayBeStruck('after publish')
  }

  private async mayBeStruck(point: FaultPoint): Promise<void> {
    if (this.isZombie) return
    const fault = this.world.faults.at(point)
    if (fault === 'crash') throw new SimulatedCrash(point)
    if (fault === 'wake') await this.world.wakeZombie()
    if (fault === 'freeze') {
      const thawed = new Promise<void>((resolve) => {
        this.thaw = resolve
      })
      this.world.wasFrozen(this)
      this.markFrozen('frozen')
      await thawed
    }
  }
}
