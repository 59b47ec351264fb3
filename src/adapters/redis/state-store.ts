import {randomUUID} from 'node:crypto'
import type {InForce} from '../../core/bundle/in-force.js'
import type {Positions} from '../../engine/port/event-source.js'
import {
  type AddedFields,
  type Checkpoint,
  type Commit,
  type OpenedPartition,
  type PersistedKey,
  StaleEpochError,
  type StateStore,
} from '../../engine/port/state-store.js'
import {Building, type BuildingKind, hasFormer, readLifts} from './building.js'
import {encodeCommit} from './commit-writes.js'
import type {Durability} from './durability.js'
import {EventShapes, UnknownShapeError} from './event-shapes.js'
import {additionRecord} from './history-records.js'
import type {InstanceNotes} from './instance-notes.js'
import {type Keyspace, type PartitionKeys, partitionKeys} from './keyspace.js'
import {loadKeys} from './load-keys.js'
import {Ownership} from './ownership.js'
import {APPEND_TO_EXISTING, OPEN} from './partition-scripts.js'
import type {RedisClient} from './redis-client.js'
import type {RedisConnection} from './redis-connection.js'
import {ForeignStateError, RedisUnavailableError, StateLostError, SupersededError} from './redis-errors.js'
import {type CopyTarget, PartitionCopy} from './snapshot/partition-copy.js'
import {readActivations, readPartition} from './stored-partition.js'
import {writeCommit} from './write-commit.js'

export interface RedisStateStoreOptions extends Keyspace {
  /** Which copies a commit waits for. Default: none but the server's memory. */
  readonly durability?: Durability | undefined
  /** Where the instance of each partition is noted; without it, only what this process has seen is known. */
  readonly notes?: InstanceNotes | undefined
}

/** Taking a partition reads all its lists. */
const OPEN_MS = 60_000

/** Keyed state in Redis. A commit is one script. While Redis is in trouble, everything here waits. */
export class RedisStateStore implements StateStore {
  private readonly owned = new Map<number, Ownership>()
  private readonly instances = new Map<number, string>()
  /** Partitions that are gone or were set back, and will be built from the log. */
  private readonly toBuild = new Map<number, BuildingKind>()
  /** Of partitions that were read without being opened. */
  private readonly foreignShapes = new Map<number, EventShapes>()

  constructor(
    private readonly connection: RedisConnection,
    private readonly options: RedisStateStoreOptions,
  ) {}

  /**
   * Rejects with StateLostError if the partition was seen before and is not there, with ForeignStateError if it is another
   * one than was noted, with SupersededError if a newer generation took over.
   */
  async open(partition: number): Promise<OpenedPartition> {
    const keys = this.keysOf(partition)
    const token = randomUUID()
    const {epoch, instance, building} = await this.take(partition, token)
    const {opened, shapes} = await this.connection.attempt((client) => readPartition(client, keys), OPEN_MS)
    const lifts = await this.connection.attempt((client) => readLifts(client, keys))
    const stored = opened.outbox.map(({sequence}) => sequence)
    this.instances.set(partition, instance)
    this.toBuild.delete(partition)
    this.owned.set(partition, new Ownership(epoch, instance, token, shapes, stored, building, lifts))
    return {...opened, epoch}
  }

  /** What `open` would find, without taking the partition: its owner goes on. */
  async view(partition: number): Promise<OpenedPartition> {
    const keys = this.keysOf(partition)
    const {opened} = await this.connection.attempt((client) => readPartition(client, keys), OPEN_MS)
    return {...opened, epoch: await this.epochOf(partition)}
  }

  /** Rejects with StateLostError if a partition that was opened is not there any more. */
  async assertThere(partition: number): Promise<void> {
    const owner = this.owned.get(partition)
    if (owner === undefined) return
    const {standing} = this.keysOf(partition)
    const found = await this.connection.attempt((client) => client.hget(standing, 'instance'))
    if (found !== owner.instance && this.owned.get(partition) === owner)
      throw new StateLostError(partition, owner.instance, found ?? '')
  }

  /** Takes a partition under a new epoch, as the instance that is known or, of one that has none, as a new one. */
  private async take(
    partition: number,
    token: string,
  ): Promise<Pick<Ownership, 'epoch' | 'instance' | 'building'>> {
    const {notes} = this.options
    const {standing} = this.keysOf(partition)
    const ask = <T>(task: (client: RedisClient) => Promise<T>) => this.connection.attempt(task)
    const known =
      this.toBuild.get(partition) === 'rebuild'
        ? ''
        : (this.instances.get(partition) ?? notes?.noted(partition) ?? '')
    // Noted before it is there: what is there and was never noted is somebody else's.
    const there = known === '' ? await ask((client) => client.hget(standing, 'instance')) : known
    const instance = there ?? randomUUID()
    if (notes !== undefined && notes.noted(partition) !== instance) await notes.note(partition, instance)
    const isBeside = await ask((client) => hasFormer(client, this.options, partition))
    const asked = this.toBuild.get(partition) ?? ''
    const build = isBeside && asked !== 'set back' ? 'beside' : asked
    const [[answer, second, found, building]] = (await ask((client) =>
      OPEN.run(client, [standing], [known, instance, token, build]),
    )) as [[string, number | string, string, string], unknown]
    if (answer === 'superseded') throw new SupersededError(partition, String(second))
    if (answer === 'lost') return this.takeAnother(partition, token, known, String(second))
    if (notes !== undefined && found !== instance) await notes.note(partition, found)
    return {
      epoch: Number(second),
      instance: found,
      building: building === '' ? undefined : (building as BuildingKind),
    }
  }

  /** What is there is not what is known here: another process may have begun anew, and noted it. */
  private async takeAnother(
    partition: number,
    token: string,
    known: string,
    found: string,
  ): Promise<Pick<Ownership, 'epoch' | 'instance' | 'building'>> {
    const {notes} = this.options
    if (found !== '' && notes !== undefined) {
      await notes.refresh()
      if (notes.noted(partition) !== found) throw new ForeignStateError(partition, known, found)
      this.instances.set(partition, found)
      return this.take(partition, token)
    }
    throw new StateLostError(partition, known, found)
  }

  async load(partition: number, keys: readonly string[]): Promise<readonly (PersistedKey | undefined)[]> {
    if (keys.length === 0) return []
    const names = this.keysOf(partition)
    const owner = this.owned.get(partition)
    const read = (shapes: EventShapes) =>
      loadKeys(this.connection, names, keys, shapes, (key, records, events) =>
        owner?.tally.note(key, records, events),
      )
    try {
      return await read(owner?.shapes ?? this.foreignShapes.get(partition) ?? new EventShapes())
    } catch (error) {
      if (!(error instanceof UnknownShapeError)) throw error
      const stored = await this.connection.attempt((client) => client.hgetall(names.shapes))
      const shapes = new EventShapes(stored)
      this.foreignShapes.set(partition, shapes)
      return read(shapes)
    }
  }

  async commit(partition: number, commit: Commit): Promise<void> {
    const owner = this.owned.get(partition)
    if (owner === undefined) throw new StaleEpochError(partition, commit.epoch, await this.epochOf(partition))
    const {epoch, fromOffset, publishedUpTo} = commit
    const sequence = commit.outbox?.sequence
    // At once: what the commit refers to may change as soon as the caller goes on.
    const keys = this.keysOf(partition)
    const encoded = encodeCommit(commit, keys, owner.shapes)
    const {durability = 'memory'} = this.options
    await owner.inTurn(async () => {
      await owner.copy?.before(commit.keys.map(({key}) => key))
      const published = owner.outbox.filter((stored) => stored <= publishedUpTo)
      try {
        await writeCommit(
          this.connection,
          keys,
          owner,
          {...encoded, partition, epoch, fromOffset, published},
          durability,
        )
      } catch (error) {
        // Nobody knows whether it is done, or will be: only a new owner can go on.
        if (error instanceof RedisUnavailableError) this.owned.delete(partition)
        throw error
      }
      owner.number++
      owner.shapes.saved(encoded.shapes)
      owner.outbox = owner.outbox.filter((stored) => stored > publishedUpTo)
      if (sequence !== undefined) owner.outbox.push(sequence)
    })
  }

  /** Adds to histories that are there. What is not kept any more is passed over when they are read. */
  async addFields(partition: number, added: readonly AddedFields[]): Promise<void> {
    const keys = this.keysOf(partition)
    const records = new Map<string, string>()
    for (const addition of added) {
      const key = keys.history(addition.key)
      records.set(key, (records.get(key) ?? '') + additionRecord(addition))
      this.owned.get(partition)?.tally.add(addition.key, 1, 0)
    }
    if (records.size === 0) return
    await this.owned.get(partition)?.copy?.before(added.map(({key}) => key))
    await this.connection.attempt((client) =>
      APPEND_TO_EXISTING.run(client, [...records.keys()], [...records.values()]),
    )
  }

  /** How far a partition has read its topics; undefined where nothing was committed, or it is being built. */
  async positionsOf(partition: number): Promise<Positions | undefined> {
    const {standing} = this.keysOf(partition)
    const [text, building] = await this.connection.attempt((client) =>
      client.hmget(standing, 'checkpoint', 'building'),
    )
    if (text == null || building != null) return undefined
    return (JSON.parse(text) as Checkpoint).positions
  }

  /** How each bundle came into force that was activated, in the order of the log. */
  activations(partition: number): Promise<readonly InForce[]> {
    return this.connection.attempt((client) => readActivations(client, this.keysOf(partition)))
  }

  /** What this process knows of the partition is not so any more. The next `open` of a partition that is gone begins to build it. */
  beginAnew(partition: number): void {
    this.instances.delete(partition)
    this.owned.delete(partition)
    this.toBuild.set(partition, 'rebuild')
  }

  /** The partition was found to stand where it stood before: what was said since will be said again. */
  goOnFromOlder(partition: number): void {
    this.owned.delete(partition)
    this.toBuild.set(partition, 'set back')
  }

  /** What an owner keeps while it builds its state from the log; undefined where it does not. */
  building(partition: number): Building | undefined {
    const owner = this.owned.get(partition)
    if (owner?.building === undefined) return undefined
    return new Building(this.connection, this.options, partition, owner.building, (lifts) => {
      owner.building = undefined
      owner.lifts = lifts
    })
  }

  /** Begins a copy of a partition as it stands after its last commit; those that follow let it copy first what they change. */
  async beginCopy(partition: number, target: CopyTarget): Promise<PartitionCopy> {
    const owner = this.ownerOf(partition)
    owner.copy = await PartitionCopy.begin(this.connection, this.keysOf(partition), target)
    return owner.copy
  }

  /** Whether the partition stands where this process left it: no other owner came, and nothing was set back. */
  async standsAsLeft(partition: number): Promise<boolean> {
    const {token, number} = this.ownerOf(partition)
    const {standing} = this.keysOf(partition)
    const found = await this.connection.attempt((client) => client.hmget(standing, 'owner', 'number'))
    return found[0] === token && Number(found[1]) === number - 1
  }

  /** The copy is done, or given up. */
  endCopy(partition: number): void {
    const owner = this.owned.get(partition)
    if (owner !== undefined) owner.copy = undefined
  }

  /** Which instance of its state a partition has that this process owns. */
  instanceOf(partition: number): string {
    return this.ownerOf(partition).instance
  }

  private ownerOf(partition: number): Ownership {
    const owner = this.owned.get(partition)
    if (owner === undefined) throw new Error(`partition ${partition} is not open`)
    return owner
  }

  /** What is added to a record's revision, by the record's name. */
  liftsOf(partition: number): ReadonlyMap<string, number> {
    return this.owned.get(partition)?.lifts ?? new Map()
  }

  private async epochOf(partition: number): Promise<number> {
    const {standing} = this.keysOf(partition)
    return Number((await this.connection.attempt((client) => client.hget(standing, 'epoch'))) ?? 0)
  }

  private keysOf(partition: number): PartitionKeys {
    return partitionKeys(this.options, partition)
  }
}
