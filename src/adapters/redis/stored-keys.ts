import {Cluster, type Redis} from 'ioredis'
import {idOf, type Keyspace, partitionKeys} from './keyspace.js'
import type {RedisConnection} from './redis-connection.js'

/** So many keys are looked at with each request: those of everybody who uses the server. */
const PAGE = 10_000

/** Every key of which a partition holds something; one may come more than once. */
export async function* storedKeys(
  connection: RedisConnection,
  keyspace: Keyspace,
  partition: number,
): AsyncGenerator<string> {
  const {history, judgement, features, standing} = partitionKeys(keyspace, partition)
  const prefixes = [history(''), judgement(''), features('')]
  const all = `${standing.slice(0, standing.lastIndexOf(':') + 1)}*`
  const {client} = connection
  const servers: readonly Redis[] = client instanceof Cluster ? client.nodes('master') : [client]
  for (const server of servers) {
    let cursor = '0'
    do {
      const asked = cursor
      const [next, page] = await connection.attempt(() => server.scan(asked, 'MATCH', all, 'COUNT', PAGE))
      for (const name of page) {
        const prefix = prefixes.find((beginning) => name.startsWith(beginning))
        if (prefix !== undefined) yield idOf(name.slice(prefix.length))
      }
      cursor = next
    } while (cursor !== '0')
  }
}
