import type {SnapshotFolder} from '../../../../adapters/files/snapshot-folder.js'
import type {SnapshotWriter} from '../../../../adapters/files/snapshot-writer.js'
import type {KafkaLog} from '../../../../adapters/kafka/kafka-client.js'
import type {PartitionCopy} from '../../../../adapters/redis/snapshot/partition-copy.js'
import type {RedisStateStore} from '../../../../adapters/redis/state-store.js'
import type {CommittedBatch} from '../../../../engine/operator/batch.js'
import type {Clock} from '../../../../engine/port/clock.js'
import type {SnapshotHead} from './snapshot-head.js'

export interface SnapshotTakingParts {
  readonly store: RedisStateStore
  readonly folderOf: (partition: number) => SnapshotFolder
  /** From the beginning of one to that of the next, in ms. */
  readonly every: number
  readonly clock: Clock
  readonly log: KafkaLog
}

/** For so long (ms) a batch waits for a snapshot under way. */
const A_WHILE_MS = 20

interface Taking {
  readonly copy: PartitionCopy
  readonly writer: SnapshotWriter
}

/**
 * Takes snapshots of a partition's state while it goes on: a little after each batch. One that cannot be written is given up, with a
 * warning, and tried again when the next is due. Anew each time that the partition is opened.
 */
export class SnapshotTaking {
  private taking: Taking | undefined
  private nextAt: number | undefined

  constructor(private readonly parts: SnapshotTakingParts) {}

  /** A batch was published. */
  async after({partition: {number, offset}, input: {positions}}: CommittedBatch): Promise<void> {
    const {store, clock, every, log} = this.parts
    if (store.building(number) !== undefined || positions === undefined) return
    // Not all partitions at once.
    this.nextAt ??= clock.now() + (every * (number % 8)) / 8
    if (this.taking === undefined && clock.now() < this.nextAt) return
    try {
      this.taking ??= await this.begin(number, {offset, positions})
      await this.goOn(number, this.taking)
    } catch (error) {
      log('warn', `no snapshot of partition ${number} could be taken: ${(error as Error).message}`, {
        partition: number,
      })
      await this.stop(number)
    }
  }

  /** Gives up the one under way. */
  async stop(partition: number): Promise<void> {
    this.parts.store.endCopy(partition)
    await this.taking?.writer.abandon()
    this.taking = undefined
  }

  private async begin(partition: number, place: Pick<SnapshotHead, 'offset' | 'positions'>): Promise<Taking> {
    const {store, folderOf, clock, every} = this.parts
    const at = clock.now()
    this.nextAt = at + every
    const writer = await folderOf(partition).begin(place.offset, at)
    try {
      const head: SnapshotHead = {snapshot: 1, instance: store.instanceOf(partition), ...place, at}
      await writer.write(head)
      return {copy: await store.beginCopy(partition, writer), writer}
    } catch (error) {
      await writer.abandon()
      throw error
    }
  }

  private async goOn(partition: number, {copy, writer}: Taking): Promise<void> {
    const {store, folderOf} = this.parts
    const until = performance.now() + A_WHILE_MS
    while (!(await copy.goOn())) if (performance.now() > until) return
    // All is read by now: what another owner does from here on is not in it.
    if (!(await store.standsAsLeft(partition))) throw new Error('another owner took it meanwhile')
    store.endCopy(partition)
    await writer.finish()
    this.taking = undefined
    await folderOf(partition).prune()
  }
}
