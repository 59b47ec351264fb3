import {randomUUID} from 'node:crypto'
import {Cluster, type Redis} from 'ioredis'
import {type Keyspace, type PartitionKeys, partitionKeys} from '../keyspace.js'
import type {RedisConnection} from '../redis-connection.js'
import {Script} from '../script.js'
import {WriteList} from '../write-list.js'
import {prefixOf, type StatePiece} from './partition-copy.js'

const PAGE = 5_000

/** Pieces of about so many characters are written with one request. */
const TOGETHER = 512 * 1024

/** KEYS: standing, restoring. ARGV: a token. Gives 0 where the state is there. */
const BEGIN = new Script(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('SET', KEYS[2], ARGV[1])
return 1
`)

/** KEYS: standing, restoring. ARGV: the token, then writes. Gives 0, and writes nothing, where somebody else began since, or the state is there. */
const WRITE = new Script(`
if redis.call('EXISTS', KEYS[1]) == 1 or redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
write_from(2)
return 1
`)

/** Somebody else has begun to restore a partition, or has it. */
export class RestoredElsewhereError extends Error {
  constructor(partition: number) {
    super(`another process restores partition ${partition}, or has opened it`)
    this.name = 'RestoredElsewhereError'
  }
}

/**
 * Writes a copy of a partition's state where there is none. Whoever began last goes on, all others are refused with their next write. The
 * state is there with the last one, that of where it stands: whoever dies before leaves a partition that is lost still.
 */
export class PartitionRestoring {
  private readonly keys: PartitionKeys
  private readonly token = randomUUID()

  private constructor(
    private readonly connection: RedisConnection,
    keyspace: Keyspace,
    private readonly partition: number,
  ) {
    this.keys = partitionKeys(keyspace, partition)
  }

  /** Begins, and drops what was left by somebody who was cut off. Rejects with RestoredElsewhereError where the state is there. */
  static async begin(
    connection: RedisConnection,
    keyspace: Keyspace,
    partition: number,
  ): Promise<PartitionRestoring> {
    const restoring = new PartitionRestoring(connection, keyspace, partition)
    await restoring.run(BEGIN, [restoring.token])
    await restoring.clear()
    return restoring
  }

  /** Writes all of a copy. What is opened then is a state that was set back. */
  async write(pieces: AsyncIterable<StatePiece>): Promise<void> {
    const {standing, restoring} = this.keys
    let standingFields: readonly string[] = []
    let writes = new WriteList(2)
    let size = 0
    for await (const piece of pieces) {
      const key = prefixOf(this.keys) + piece[1]
      if (key === standing && piece[0] === 'hash') {
        standingFields = piece[2]
        continue
      }
      size += add(writes, key, piece)
      if (size < TOGETHER) continue
      await this.commit(writes)
      writes = new WriteList(2)
      size = 0
    }
    writes.addAll('HSET', standing, [...standingFields, 'building', 'set back'], 2)
    writes.add('DEL', restoring)
    await this.commit(writes)
  }

  /** There is nothing to write. */
  async giveUp(): Promise<void> {
    const writes = new WriteList(2)
    writes.add('DEL', this.keys.restoring)
    await this.commit(writes)
  }

  private async clear(): Promise<void> {
    const {client} = this.connection
    const servers: readonly Redis[] = client instanceof Cluster ? client.nodes('master') : [client]
    for (const server of servers) {
      let cursor = '0'
      do {
        const asked = cursor
        const [next, page] = await this.connection.attempt(() =>
          server.scan(asked, 'MATCH', `${prefixOf(this.keys)}*`, 'COUNT', PAGE),
        )
        const writes = new WriteList(2)
        for (const key of page) if (key !== this.keys.restoring) writes.add('UNLINK', key)
        if (writes.keys.length > 0) await this.commit(writes)
        cursor = next
      } while (cursor !== '0')
    }
  }

  private commit({keys, args}: WriteList): Promise<void> {
    return this.run(WRITE, [this.token, ...args], keys)
  }

  private async run(
    script: Script,
    args: readonly (string | number)[],
    more: readonly string[] = [],
  ): Promise<void> {
    const {standing, restoring} = this.keys
    const [answer] = await this.connection.attempt((client) =>
      script.run(client, [standing, restoring, ...more], args),
    )
    if (answer !== 1) throw new RestoredElsewhereError(this.partition)
  }
}

/** Gives how many characters that are. */
function add(writes: WriteList, key: string, [type, , value]: StatePiece): number {
  if (type === 'string') {
    writes.add('SET', key, value)
    return value.length
  }
  if (type === 'hash') writes.addAll('HSET', key, value, 2)
  else writes.addAll('ZADD', key, scoresFirst(value), 2)
  return value.reduce((sum, {length}) => sum + length, 0)
}

/** A member comes before its score where it is read, and after it where it is written. */
function scoresFirst(members: readonly string[]): readonly string[] {
  const turned: string[] = []
  for (let i = 0; i < members.length; i += 2) turned.push(members[i + 1] as string, members[i] as string)
  return turned
}
