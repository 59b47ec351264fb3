import {Cluster, type Redis} from 'ioredis'
import {idOf, type Keyspace, partitionKeys} from './keyspace.js'
import type {RedisConnection} from './redis-connection.js'

const PAGE = 1_000

/** Every key of which a partition holds something; one may come more than once. */
export async function* storedKeys(
  connection: RedisConnection,
  keyspace: Keyspace,
  partition: number,
): AsyncGenerator<string> {
  const keys = partitionKeys(keyspace, partition)
  const {client} = connection
  const servers: readonly Redis[] = client instanceof Cluster ? client.nodes('master') : [client]
  for (const prefix of [keys.history(''), keys.judgement(''), keys.features('')])
    for (const server of servers) {
      let cursor = '0'
      do {
        const asked = cursor
        const [next, page] = await connection.attempt(() =>
          server.scan(asked, 'MATCH', `${prefix}*`, 'COUNT', PAGE),
        )
        for (const name of page) yield idOf(name.slice(prefix.length))
        cursor = next
      } while (cursor !== '0')
    }
}
