import {OffsetMismatchError, StaleEpochError} from '../../engine/port/state-store.js'
import type {EncodedCommit} from './commit-writes.js'
import {checkCopies, type Durability, waitFor} from './durability.js'
import {writeHistories} from './history-writes.js'
import type {PartitionKeys} from './keyspace.js'
import type {Ownership} from './ownership.js'
import {COMMIT} from './partition-scripts.js'
import type {RedisConnection} from './redis-connection.js'
import {ForeignKeyError, StateLostError} from './redis-errors.js'
import {WriteList} from './write-list.js'

export interface PlacedCommit extends EncodedCommit {
  readonly partition: number
  readonly epoch: number
  /** Offset at which it begins. */
  readonly fromOffset: number
  /** Outbox entries that can go. */
  readonly published: readonly number[]
}

/** Does all of a commit, or none: rejects with the reason why the script refused it. Sent again until an answer comes. */
export async function writeCommit(
  connection: RedisConnection,
  keys: PartitionKeys,
  owner: Ownership,
  commit: PlacedCommit,
  durability: Durability,
): Promise<void> {
  const {partition, epoch, fromOffset, published} = commit
  const read = (names: readonly string[]) => connection.attempt((client) => client.mget([...names]))
  for (;;) {
    const writes = new WriteList(1)
    const lengths = await writeHistories(commit, owner, keys, writes, read)
    commit.write(writes)
    writes.addAll('HDEL', keys.outbox, published, 1)
    const {instance, token, number} = owner
    const stands = [instance, epoch, token, number, fromOffset, lengths.length / 2, ...lengths]
    const [answer, found = ''] = await connection.attempt(async (client) => {
      const args = [...stands, ...writes.args]
      const [reply, copies] = await COMMIT.run(
        client,
        [keys.standing, ...writes.keys],
        args,
        waitFor(durability),
      )
      const said = reply as readonly [answer: string, found?: string]
      if (said[0] === 'done') checkCopies(durability, copies)
      return said
    })
    if (answer === 'done') return
    if (answer === 'stale') throw new StaleEpochError(partition, epoch, Number(found))
    if (answer === 'offset') throw new OffsetMismatchError(partition, fromOffset, Number(found))
    if (answer === 'lost') throw new StateLostError(partition, instance, found)
    if (answer === 'foreign') throw new ForeignKeyError(found)
    // A history that was to be written anew has changed: it is read again.
  }
}
