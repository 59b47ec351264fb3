import {Cluster, type Redis} from 'ioredis'
import {type Keyspace, partitionKeys} from '../keyspace.js'
import type {RedisClient} from '../redis-client.js'
import type {RedisConnection} from '../redis-connection.js'
import {prefixOf, type StatePiece} from './partition-copy.js'

const PAGE = 10_000

/** Pieces of about so many characters are written with one request. */
const TOGETHER = 512 * 1024

/** Drops whatever there is of a partition's state: what was cut off while it was written. */
export async function clearPartition(
  connection: RedisConnection,
  keyspace: Keyspace,
  partition: number,
): Promise<void> {
  const all = `${prefixOf(partitionKeys(keyspace, partition))}*`
  const {client} = connection
  const servers: readonly Redis[] = client instanceof Cluster ? client.nodes('master') : [client]
  for (const server of servers) {
    let cursor = '0'
    do {
      const asked = cursor
      const [next, page] = await connection.attempt(() => server.scan(asked, 'MATCH', all, 'COUNT', PAGE))
      if (page.length > 0) await connection.attempt((to) => to.unlink(...page))
      cursor = next
    } while (cursor !== '0')
  }
}

/**
 * Writes a copy of a partition's state where there is none. It is there with the last request, that of where it stands: whoever dies
 * before leaves a partition that is lost still.
 */
export async function restorePartition(
  connection: RedisConnection,
  keyspace: Keyspace,
  partition: number,
  pieces: AsyncIterable<StatePiece>,
): Promise<void> {
  const keys = partitionKeys(keyspace, partition)
  const prefix = prefixOf(keys)
  let standing: StatePiece | undefined
  let waiting: StatePiece[] = []
  let size = 0
  for await (const piece of pieces) {
    if (prefix + piece[1] === keys.standing) {
      standing = piece
      continue
    }
    waiting.push(piece)
    size +=
      typeof piece[2] === 'string' ? piece[2].length : piece[2].reduce((sum, {length}) => sum + length, 0)
    if (size < TOGETHER) continue
    await write(connection, prefix, waiting)
    waiting = []
    size = 0
  }
  await write(connection, prefix, waiting)
  if (standing !== undefined) await write(connection, prefix, [standing])
}

async function write(
  connection: RedisConnection,
  prefix: string,
  pieces: readonly StatePiece[],
): Promise<void> {
  await connection.attempt((client) => Promise.all(pieces.map((piece) => put(client, prefix, piece))))
}

async function put(client: RedisClient, prefix: string, [type, name, value]: StatePiece): Promise<void> {
  const key = prefix + name
  if (value.length === 0) return
  if (type === 'string') await client.set(key, value)
  else if (type === 'hash') await client.hset(key, ...value)
  // A member comes before its score where it is read, and after it where it is written.
  else await client.zadd(key, ...inPairs(value).flatMap(([member, score]) => [score, member]))
}

function inPairs(flat: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = []
  for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i] as string, flat[i + 1] as string])
  return pairs
}
