import {Redis} from 'ioredis'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import type {StatePiece} from '../../../src/adapters/redis/snapshot/partition-copy.js'
import {clearPartition, restorePartition} from '../../../src/adapters/redis/snapshot/restore-partition.js'
import {RedisStateStore} from '../../../src/adapters/redis/state-store.js'
import {commitCounting, expectCounted} from './counting-commits.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

describeOnRedis('a copy of a partition', (url) => {
  let connection: RedisConnection

  beforeEach(() => {
    connection = new RedisConnection(new Redis(url))
  })
  afterEach(() => connection.close())

  const storeIn = (namespace: string) => new RedisStateStore(connection, {namespace})

  async function* each(pieces: readonly StatePiece[]): AsyncGenerator<StatePiece> {
    yield* pieces
  }

  test('holds what stood when it began, whatever is committed meanwhile', async () => {
    const store = storeIn(freshNamespace())
    const opened = await store.open(0)
    await commitCounting(store, opened, 0, 20)
    const pieces: StatePiece[] = []
    const copy = await store.beginCopy(0, {write: async (piece) => void pieces.push(piece)})
    await commitCounting(store, opened, 20, 23)
    expect(await copy.goOn()).toBe(true)
    expect(await store.standsAsLeft(0)).toBe(true)
    store.endCopy(0)
    await commitCounting(store, opened, 23, 30)

    const namespace = freshNamespace()
    await restorePartition(connection, {namespace}, 0, each(pieces))
    const restored = storeIn(namespace)
    const {checkpoint} = await expectCounted(restored)
    expect(checkpoint?.offset).toBe(20)
    // It can be gone on from.
    await commitCounting(restored, await restored.open(0), 20, 40)
    expect((await expectCounted(restored)).checkpoint?.offset).toBe(40)
  })

  test('is not of one owner any more where another came', async () => {
    const namespace = freshNamespace()
    const store = storeIn(namespace)
    await commitCounting(store, await store.open(0), 0, 5)
    await storeIn(namespace).open(0)
    expect(await store.standsAsLeft(0)).toBe(false)
  })

  test('that was cut off while it was written leaves nothing behind', async () => {
    const namespace = freshNamespace()
    const store = storeIn(namespace)
    await commitCounting(store, await store.open(0), 0, 20)
    await clearPartition(connection, {namespace}, 0)
    expect(await connection.attempt((client) => client.keys(`${namespace}:*`))).toEqual([])
  })
})
