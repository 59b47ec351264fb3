import {Redis} from 'ioredis'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import type {StatePiece} from '../../../src/adapters/redis/snapshot/partition-copy.js'
import {
  PartitionRestoring,
  RestoredElsewhereError,
} from '../../../src/adapters/redis/snapshot/restore-partition.js'
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

  const restoringIn = (namespace: string) => PartitionRestoring.begin(connection, {namespace}, 0)
  const keysIn = (namespace: string) => connection.attempt((client) => client.keys(`${namespace}:*`))

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
    await (await restoringIn(namespace)).write(each(pieces))
    const restored = storeIn(namespace)
    const {checkpoint} = await expectCounted(restored)
    expect(checkpoint?.offset).toBe(20)
    expect(restored.building(0)?.kind).toBe('set back')
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

  test('that was cut off while it was written is dropped by the next, and refused from then on', async () => {
    const namespace = freshNamespace()
    const first = await restoringIn(namespace)
    async function* cutOff(): AsyncGenerator<StatePiece> {
      yield ['string', 'h:u1', 'x'.repeat(1_000_000)]
      const second = await restoringIn(namespace)
      expect(await keysIn(namespace)).toEqual([expect.stringContaining('restoring')])
      await second.giveUp()
      yield ['string', 'h:u2', 'x'.repeat(1_000_000)]
    }
    await expect(first.write(cutOff())).rejects.toThrow(RestoredElsewhereError)
    expect(await keysIn(namespace)).toEqual([])
  })

  test('is not written over a state that is there', async () => {
    const namespace = freshNamespace()
    const late = await restoringIn(namespace)
    const store = storeIn(namespace)
    await commitCounting(store, await store.open(0), 0, 20)
    await expect(late.write(each([['string', 'h:u1', 'other']]))).rejects.toThrow(RestoredElsewhereError)
    await expect(restoringIn(namespace)).rejects.toThrow(RestoredElsewhereError)
    expect((await expectCounted(store)).checkpoint?.offset).toBe(20)
  })
})
