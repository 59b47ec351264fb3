import {readSnapshot, type SnapshotFolder} from '../../../../adapters/files/snapshot-folder.js'
import type {KafkaLog} from '../../../../adapters/kafka/kafka-client.js'
import type {TopicRanges} from '../../../../adapters/kafka/topic-ends.js'
import type {StatePiece} from '../../../../adapters/redis/snapshot/partition-copy.js'
import type {PartitionRestoring} from '../../../../adapters/redis/snapshot/restore-partition.js'
import type {SnapshotHead} from './snapshot-head.js'

export interface SnapshotRestoringParts {
  readonly folderOf: (partition: number) => SnapshotFolder
  /** The instance of its state that a partition had. */
  readonly instanceOf: (partition: number) => string | undefined
  readonly rangesOf: () => Promise<TopicRanges>
  /** Begins to write a partition's state, where there is none. */
  readonly begin: (partition: number) => Promise<PartitionRestoring>
  /** The read model was lost as well: what was said before the snapshot goes there from the output topics. */
  readonly restoreReadModel: (partition: number) => Promise<void>
  readonly log: KafkaLog
}

/** Puts the newest whole snapshot in the place of a state that is lost, so that only the log after it has to be read. */
export class SnapshotRestoring {
  constructor(private readonly parts: SnapshotRestoringParts) {}

  /** Gives whether there was one; rejects with RestoredElsewhereError where somebody else does it, or has done it. If there is none, the state has to be built from the beginning of the log. */
  async restore(partition: number): Promise<boolean> {
    const {folderOf, begin, restoreReadModel, log} = this.parts
    const restoring = await begin(partition)
    for (const path of await folderOf(partition).newestFirst()) {
      const head = await this.usable(path, partition)
      if (head === undefined) continue
      await restoreReadModel(partition)
      await restoring.write(piecesOf(path))
      const at = new Date(head.at).toISOString()
      log(
        'warn',
        `the state of partition ${partition} is that of the snapshot of ${at}; the log is read from there`,
        {
          partition,
        },
      )
      return true
    }
    await restoring.giveUp()
    return false
  }

  /** Its first line, if it is whole, of the state that was lost, and the log still holds what follows. */
  private async usable(path: string, partition: number): Promise<SnapshotHead | undefined> {
    try {
      let head: SnapshotHead | undefined
      for await (const line of readSnapshot(path)) head ??= line as SnapshotHead
      if (head?.snapshot !== 1) throw new RangeError('it is of another version of tripline')
      if (head.instance !== this.parts.instanceOf(partition))
        throw new RangeError('it is of a state that was given up since')
      const {ranges} = await this.parts.rangesOf()
      for (const [place, position] of Object.entries(head.positions)) {
        const {first, end} = ranges.get(place) ?? {first: 0, end: 0}
        if (position < first || position > end)
          throw new RangeError(`offset ${position} is not on ${place}, which holds ${first} to ${end}`)
      }
      return head
    } catch (error) {
      this.parts.log('warn', `the snapshot ${path} is passed over: ${(error as Error).message}`, {partition})
      return undefined
    }
  }
}

async function* piecesOf(path: string): AsyncGenerator<StatePiece> {
  let isHead = true
  for await (const line of readSnapshot(path)) {
    if (!isHead) yield line as StatePiece
    isHead = false
  }
}
