import {lastValueFrom} from 'rxjs'
import {MemoryStateStore} from '../../../src/adapters/memory/memory-state-store.js'
import type {Bundle} from '../../../src/core/bundle/bundle.js'
import type {WallTime} from '../../../src/core/event/time.js'
import {scoring} from '../../../src/engine/pipeline/scoring.js'
import type {EventSource, InputBatch, InputRecord} from '../../../src/engine/port/event-source.js'
import {parcelsOf, type ReceivedParcel} from '../../../src/engine/port/parcel.js'
import type {OutboxEntry, StateStore} from '../../../src/engine/port/state-store.js'
import {openPartition} from '../../../src/engine/stage/open-partition.js'
import type {Partition} from '../../../src/engine/stage/partition.js'
import type {SeededRandom} from '../../../src/simulation/seeded-random.js'
import {Collected} from '../engine/collected-run.js'
import {START} from '../oracle/generators/scale.js'
import {SimulatedCrash} from './faults.js'

const YEAR_MS = 31_536_000_000
const HOUR_MS = 3_600_000

/** After all is read, time goes on in so many steps: until everything that waits for a deadline was told of it. */
const LAST_ROUNDS = 4

export interface InstallationOptions {
  readonly partitions: number
  readonly random: SeededRandom
  /** How often, 0 to 1, an owner dies at a point where it can. */
  readonly crashes: number
  /** Most inputs, and most parcels, of a batch. Default 5. */
  readonly largestBatch?: number
  /** After so many batches the store loses everything: the state is built anew from the log, which is read in the order of time. */
  readonly losesStoreAfter?: number
  /** Nothing is in it yet. Default: one in memory. */
  readonly store?: StateStore
  /** Of the log, in the order of arrival: each input goes to the partition of its user, a profile to all. */
  readonly records: readonly InputRecord[]
}

/** A partition's log, and its owner of the moment. */
interface Place {
  readonly number: number
  readonly inputs: readonly InputRecord[]
  readonly parcels: ReceivedParcel[]
  partition: Partition | undefined
}

/**
 * Several partitions, each with an owner, which exchange events through a log in memory. What comes next, how much of it
 * makes a batch, who dies when, and what comes once more is drawn from a seed.
 */
export class Installation {
  /** What was said, since the store was lost if it was: all is said again then. */
  collected = new Collected()
  /** How often something befell the owners. */
  readonly crashes = {beforeCommit: 0, beforePublish: 0, duringPublish: 0, afterPublish: 0}
  private store: StateStore
  private batches = 0
  private readonly places: readonly Place[]
  private readonly zombies: OutboxEntry[] = []
  private now = START + YEAR_MS
  private openings = 0
  private mayCrash = true

  constructor(
    private readonly bundle: Bundle,
    private readonly options: InstallationOptions,
  ) {
    const {partitions, records, store = new MemoryStateStore()} = options
    this.store = store
    this.places = Array.from({length: partitions}, (_, number) => ({
      number,
      inputs: records.filter((record) => belongsTo(record, number, partitions)),
      parcels: [],
      partition: undefined,
    }))
  }

  /** Until everything is read and nothing is waited for any more. Gives the partitions' accounts. */
  async run(): Promise<readonly Partition[]> {
    await this.drain()
    this.mayCrash = false
    for (let round = 0; round < LAST_ROUNDS; round++) {
      this.now += HOUR_MS
      for (const place of this.places) await this.step(place)
      await this.drain()
    }
    return this.places.flatMap(({partition}) => partition ?? [])
  }

  private async drain(): Promise<void> {
    for (;;) {
      const waiting = this.places.filter((place) => this.hasUnread(place))
      if (waiting.length === 0 && this.zombies.length === 0) return
      if (this.zombies.length > 0 && (waiting.length === 0 || this.options.random.chance(0.2)))
        this.deliver(this.zombies.shift() as OutboxEntry)
      // Some poll in vain.
      const pool = this.options.random.chance(0.1) ? this.places : waiting
      if (pool.length > 0) await this.step(this.options.random.pick(pool))
    }
  }

  private hasUnread({partition, inputs, parcels}: Place): boolean {
    if (partition === undefined) return true
    const {inputs: inputsRead = 0, parcels: parcelsRead = 0} = partition.positions ?? {}
    return inputsRead < inputs.length || parcelsRead < parcels.length
  }

  /** One batch of a partition, by an owner that may die of it. */
  private async step(place: Place): Promise<void> {
    try {
      if (this.batches++ === this.options.losesStoreAfter) this.loseStore()
      place.partition ??= await this.open(place.number)
      const {partition} = place
      const batches = scoring({
        source: once(this.nextBatch(place, partition)),
        store: this.storeOf(),
        publisher: this,
        clock: {now: () => this.now as WallTime},
        partitionOf: () => partition,
        bundleOf: async () => ({bundle: this.bundle}),
      })
      await lastValueFrom(batches, {defaultValue: undefined})
    } catch (error) {
      if (!(error instanceof SimulatedCrash)) throw error
      place.partition = undefined
    }
  }

  private loseStore(): void {
    this.store = new MemoryStateStore()
    this.collected = new Collected()
    // To find it out takes a moment, more than clocks differ.
    this.now += 60_000
    for (const place of this.places) place.partition = undefined
  }

  private open(number: number): Promise<Partition> {
    const {partitions, random} = this.options
    // Clocks of different machines differ.
    const at = (this.now + this.openings++ - random.below(5_000)) as WallTime
    const routing = {partitions, of: (key: string) => placeOf(key, partitions)}
    const keyCapacity = random.pick([0, 1, 3, 100])
    return openPartition(number, async () => this.bundle, this.storeOf(), this, keyCapacity, {routing, at})
  }

  private nextBatch({number, inputs, parcels}: Place, {offset, positions}: Partition): InputBatch {
    const {random, largestBatch = 5} = this.options
    const {inputs: inputsFrom = 0, parcels: parcelsFrom = 0} = positions ?? {}
    const most = {inputs: random.below(largestBatch + 1), parcels: random.below(largestBatch + 1)}
    if (this.options.losesStoreAfter !== undefined)
      limitToOrder(most, inputs.slice(inputsFrom), parcels.slice(parcelsFrom))
    const records = inputs.slice(inputsFrom, inputsFrom + most.inputs)
    const taken = parcels.slice(parcelsFrom, parcelsFrom + most.parcels)
    const isAtEnd = inputsFrom + records.length === inputs.length
    const polledAt = isAtEnd ? this.now : (records.at(-1)?.ingestedAt ?? Number.NEGATIVE_INFINITY)
    return {
      partition: number,
      records: records.map((record, i) => ({...record, offset: offset + i})),
      parcels: taken,
      polledAt: polledAt as WallTime,
      fromOffset: offset,
      nextOffset: offset + records.length + taken.length,
      positions: {inputs: inputsFrom + records.length, parcels: parcelsFrom + taken.length},
    }
  }

  /** The store as owners see it, who may die before and after a commit. */
  private storeOf(): StateStore {
    const {store} = this
    return {
      open: (partition) => store.open(partition),
      load: (partition, keys) => store.load(partition, keys),
      addFields: (partition, added) => store.addFields(partition, added),
      commit: async (partition, commit) => {
        this.mayDie('beforeCommit')
        await store.commit(partition, commit)
        this.mayDie('beforePublish')
      },
    }
  }

  async publish(entry: OutboxEntry): Promise<void> {
    const {random} = this.options
    if (this.mayCrash && random.chance(this.options.crashes)) {
      this.crashes.duringPublish++
      this.deliver(entry, () => random.chance(0.5))
      // The owner was thought dead, and goes on some time.
      if (random.chance(0.5)) this.zombies.push(entry)
      throw new SimulatedCrash('during publish')
    }
    this.deliver(entry)
    await this.collected.publish(entry)
    this.mayDie('afterPublish')
  }

  private deliver({partition, sequence, dispatch}: OutboxEntry, arrives = (_to: number) => true): void {
    if (dispatch === undefined) return
    for (const [to, parcel] of parcelsOf(partition, sequence, dispatch)) {
      const arrivedAt = dispatch.sentAt ?? (this.now as WallTime)
      if (arrives(to)) this.places[to]?.parcels.push({parcel: JSON.parse(JSON.stringify(parcel)), arrivedAt})
    }
  }

  private mayDie(point: keyof Installation['crashes']): void {
    if (!this.mayCrash || !this.options.random.chance(this.options.crashes)) return
    this.crashes[point]++
    throw new SimulatedCrash('after commit')
  }
}

/** Where a key lives. */
export function placeOf(key: string, partitions: number): number {
  let sum = 0
  for (const character of key) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003
  return sum % partitions
}

function belongsTo({stream, bytes}: InputRecord, partition: number, partitions: number): boolean {
  if (stream === 'merchants') return true
  const user = userIn(bytes)
  return partition === (user === undefined ? 0 : placeOf(user, partitions))
}

function userIn(bytes: Uint8Array | undefined): string | undefined {
  try {
    const {user_id} = JSON.parse(Buffer.from(bytes ?? []).toString()) as {readonly user_id?: unknown}
    return typeof user_id === 'string' ? user_id : undefined
  } catch {
    return undefined
  }
}

function once(batch: InputBatch): EventSource {
  const left = [batch]
  return {partitions: () => [batch.partition], seek: () => undefined, next: async () => left.shift()}
}

/** Takes no more of the one than comes before the first of the other that is left. */
function limitToOrder(
  most: {inputs: number; parcels: number},
  inputs: readonly InputRecord[],
  parcels: readonly ReceivedParcel[],
): void {
  let [i, p] = [0, 0]
  while (i < most.inputs || p < most.parcels) {
    const input = inputs[i]?.ingestedAt ?? Number.POSITIVE_INFINITY
    const parcel = parcels[p]?.arrivedAt ?? Number.POSITIVE_INFINITY
    if (input === parcel && input === Number.POSITIVE_INFINITY) break
    if (input <= parcel) {
      if (i === most.inputs) break
      i++
    } else {
      if (p === most.parcels) break
      p++
    }
  }
  most.inputs = i
  most.parcels = p
}
