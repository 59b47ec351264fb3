import {randomUUID} from 'node:crypto'
import type {InForce} from '../../core/bundle/in-force.js'
import {
  type AddedFields,
  type Commit,
  type OpenedPartition,
  type PersistedKey,
  StaleEpochError,
  type StateStore,
} from '../../engine/port/state-store.js'
import {encodeCommit} from './commit-writes.js'
import type {Durability} from './durability.js'
import {EventShapes, UnknownShapeError} from './event-shapes.js'
import {additionRecord} from './history-records.js'
import {type Keyspace, type PartitionKeys, partitionKeys} from './keyspace.js'
import {loadKeys} from './load-keys.js'
import {Ownership} from './ownership.js'
import {APPEND_TO_EXISTING, OPEN} from './partition-scripts.js'
import type {RedisConnection} from './redis-connection.js'
import {RedisUnavailableError, StateLostError} from './redis-errors.js'
import {readActivations, readPartition} from './stored-partition.js'
import {writeCommit} from './write-commit.js'

export interface RedisStateStoreOptions extends Keyspace {
  /** Which copies a commit waits for. Default: none but the server's memory. */
  readonly durability?: Durability | undefined
  /** By partition: the instance it had when it was last seen, where that was noted elsewhere. */
  readonly instances?: ReadonlyMap<number, string> | undefined
}

/** Taking a partition reads all its lists. */
const OPEN_MS = 60_000

/** Keyed state in Redis. A commit is one script. While Redis is in trouble, everything here waits. */
export class RedisStateStore implements StateStore {
  private readonly owned = new Map<number, Ownership>()
  private readonly instances: Map<number, string>
  /** Of partitions that were read without being opened. */
  private readonly foreignShapes = new Map<number, EventShapes>()

  constructor(
    private readonly connection: RedisConnection,
    private readonly options: RedisStateStoreOptions,
  ) {
    this.instances = new Map(options.instances)
  }

  /** Rejects with StateLostError if the partition was seen before and is not there, or is another one. */
  async open(partition: number): Promise<OpenedPartition> {
    const keys = this.keysOf(partition)
    const known = this.instances.get(partition) ?? ''
    const token = randomUUID()
    const [[answer, epoch, instance]] = (await this.connection.attempt((client) =>
      OPEN.run(client, [keys.standing], [known, randomUUID(), token]),
    )) as [[string, number, string], unknown]
    if (answer === 'lost') throw new StateLostError(partition, known, String(epoch))
    const {opened, shapes} = await this.connection.attempt((client) => readPartition(client, keys), OPEN_MS)
    const stored = opened.outbox.map(({sequence}) => sequence)
    this.instances.set(partition, instance)
    this.owned.set(partition, new Ownership(epoch, instance, token, shapes, stored))
    return {...opened, epoch}
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
    await this.connection.attempt((client) =>
      APPEND_TO_EXISTING.run(client, [...records.keys()], [...records.values()]),
    )
  }

  /** How each bundle came into force that was activated, in the order of the log. */
  activations(partition: number): Promise<readonly InForce[]> {
    return this.connection.attempt((client) => readActivations(client, this.keysOf(partition)))
  }

  /** The instance that a partition has in Redis, to be noted elsewhere; undefined before it was opened. */
  instanceOf(partition: number): string | undefined {
    return this.instances.get(partition)
  }

  /** Whoever opens the partition next takes it as it is, though it is another than before: its state will be rebuilt. */
  beginAnew(partition: number): void {
    this.instances.delete(partition)
    this.owned.delete(partition)
  }

  private async epochOf(partition: number): Promise<number> {
    const {standing} = this.keysOf(partition)
    return Number((await this.connection.attempt((client) => client.hget(standing, 'epoch'))) ?? 0)
  }

  private keysOf(partition: number): PartitionKeys {
    return partitionKeys(this.options, partition)
  }
}
