import {Redis} from 'ioredis'
import {TEST_REDIS} from './test-kafka.js'

/** Everything that Redis holds of an installation: keys, and the values of every type, as text. */
export async function redisContents(namespace: string): Promise<ReadonlyMap<string, string>> {
  const client = new Redis(TEST_REDIS ?? '')
  try {
    const found = new Map<string, string>()
    for await (const keys of client.scanStream({match: `${namespace}:*`, count: 1_000}))
      for (const key of keys as string[]) found.set(key, key + JSON.stringify(await heldAt(client, key)))
    return found
  } finally {
    client.disconnect()
  }
}

async function heldAt(client: Redis, key: string): Promise<unknown> {
  const type = await client.type(key)
  if (type === 'string') return client.get(key)
  if (type === 'hash') return client.hgetall(key)
  if (type === 'zset') return client.zrange(key, 0, -1)
  if (type === 'list') return client.lrange(key, 0, -1)
  if (type === 'set') return client.smembers(key)
  if (type === 'stream') return client.xrange(key, '-', '+')
  if (type === 'none') return null
  throw new Error(`${key} is a ${type}, which nothing here reads`)
}
