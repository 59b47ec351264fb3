import {mkdir, rm} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {connectRedis} from '../../../src/adapters/redis/connect-redis.js'
import type {InstanceNotes} from '../../../src/adapters/redis/instance-notes.js'
import type {RedisConnection, RedisConnectionOptions} from '../../../src/adapters/redis/redis-connection.js'
import {
  ForeignKeyError,
  ForeignStateError,
  RedisUnavailableError,
  StateLostError,
} from '../../../src/adapters/redis/redis-errors.js'
import {RedisStateStore, type RedisStateStoreOptions} from '../../../src/adapters/redis/state-store.js'
import {OffsetMismatchError, StaleEpochError} from '../../../src/engine/port/state-store.js'
import {commitCounting, countingCommit, expectCounted, userOf} from './counting-commits.js'
import {LossyProxy} from './lossy-proxy.js'
import {RedisProcess} from './redis-process.js'
import {saveUntil} from './save-until.js'
import {describeOnRedis} from './test-redis.js'

describeOnRedis('Redis in trouble', () => {
  let server: RedisProcess
  let connections: RedisConnection[]
  let said: string[]

  beforeEach(() => {
    connections = []
    said = []
  })
  afterEach(async () => {
    for (const connection of connections) connection.close()
    await server.remove()
  })

  async function storeOn(
    port: number,
    options: Partial<RedisStateStoreOptions> = {},
    patience: RedisConnectionOptions = {},
  ): Promise<RedisStateStore> {
    const {durability = 'memory'} = options
    const target = {urls: [`redis://127.0.0.1:${port}`], isCluster: false, durability}
    const {connection} = await connectRedis(target, {
      patienceMs: 20_000,
      onPaused: (reason) => said.push(`paused: ${reason}`),
      onResumed: () => said.push('resumed'),
      ...patience,
    })
    connections.push(connection)
    return new RedisStateStore(connection, {namespace: 'trouble', ...options})
  }

  const standsAt = () => server.ask((client) => client.hget('trouble:1:{p0}:standing', 'offset'))
  const recordsOf = async (user: string) => {
    const text = await server.ask((client) => client.get(`trouble:1:{p0}:h:${user}`))
    return (JSON.parse(`[${text?.slice(0, -1) ?? ''}]`) as unknown[]).length
  }

  test('killed hard again and again while commits go on: each is there once', async () => {
    // What a slow disk has not taken yet is lost otherwise.
    server = await RedisProcess.start(['--appendfsync', 'always'])
    const store = await storeOn(server.port)
    const opened = await store.open(0)
    let isDone = false
    const committing = commitCounting(store, opened, 0, 400).finally(() => {
      isDone = true
    })
    let kills = 0
    while (!isDone && kills < 4) {
      await sleep(40)
      await server.kill()
      kills++
      await server.run()
    }
    await committing
    expect(kills).toBeGreaterThan(1)
    expect((await expectCounted(store)).checkpoint?.offset).toBe(400)
    expect(await recordsOf(userOf(0))).toBe(58)
    expect(said.filter((word) => word === 'resumed').length).toBeGreaterThan(0)
  })

  test('a commit whose answer was lost is found done, and not done again', async () => {
    server = await RedisProcess.start()
    const proxy = await LossyProxy.start(server.port)
    try {
      const store = await storeOn(proxy.port)
      const opened = await store.open(0)
      await commitCounting(store, opened, 0, 3)
      proxy.loseNextAnswer()
      await store.commit(0, countingCommit(opened, 3))
      expect(said).toHaveLength(2)
      await commitCounting(store, opened, 4, 6)
      expect(await recordsOf(userOf(3))).toBe(1)
      expect((await expectCounted(store)).checkpoint?.offset).toBe(6)
    } finally {
      await proxy.close()
    }
  })

  test('hangs for longer than an attempt takes: what was sent several times is done once', async () => {
    server = await RedisProcess.start()
    const store = await storeOn(server.port, {}, {attemptMs: 100})
    const opened = await store.open(0)
    await commitCounting(store, opened, 0, 2)
    server.hang()
    const committing = commitCounting(store, opened, 2, 5)
    await sleep(700)
    expect(said).toEqual(['paused: no answer within 100 ms'])
    server.goOn()
    await committing
    expect(said.at(-1)).toBe('resumed')
    expect(await recordsOf(userOf(2))).toBe(1)
    expect((await expectCounted(store)).checkpoint?.offset).toBe(5)
  })

  test('out of memory: nothing of a commit is written until there is room', async () => {
    server = await RedisProcess.start()
    const store = await storeOn(server.port)
    const opened = await store.open(0)
    await commitCounting(store, opened, 0, 2)
    await server.ask((client) => client.config('SET', 'maxmemory', '1'))
    const committing = commitCounting(store, opened, 2, 4)
    await sleep(300)
    expect(said[0]).toMatch(/^paused: OOM/)
    expect(await standsAt()).toBe('2')
    expect(await recordsOf(userOf(2))).toBe(0)
    await server.ask((client) => client.config('SET', 'maxmemory', '0'))
    await committing
    expect((await expectCounted(store)).checkpoint?.offset).toBe(4)
  })

  test('nowhere to save to: commits wait until there is', async () => {
    server = await RedisProcess.start(['--appendonly', 'no', '--save', '3600 1000000'])
    const store = await storeOn(server.port)
    const opened = await store.open(0)
    await commitCounting(store, opened, 0, 2)
    await rm(server.folder, {recursive: true})
    await saveUntil(server, 'err')
    const committing = commitCounting(store, opened, 2, 4)
    await sleep(300)
    expect(said[0]).toMatch(/^paused: MISCONF/)
    expect(await standsAt()).toBe('2')
    await mkdir(server.folder)
    await server.ask((client) => client.config('SET', 'dir', server.folder))
    await saveUntil(server, 'ok')
    await committing
    expect((await expectCounted(store)).checkpoint?.offset).toBe(4)
  })

  test('flushed: the owner learns that the state is lost, and nothing is begun by itself', async () => {
    server = await RedisProcess.start()
    const store = await storeOn(server.port)
    const opened = await store.open(0)
    await commitCounting(store, opened, 0, 3)
    await server.ask((client) => client.flushall())
    await expect(store.commit(0, countingCommit(opened, 3))).rejects.toThrow(StateLostError)
    await expect(store.open(0)).rejects.toThrow(StateLostError)
    expect(await server.ask((client) => client.dbsize())).toBe(0)
    store.beginAnew(0)
    const anew = await store.open(0)
    expect(anew.checkpoint).toBeUndefined()
    await commitCounting(store, anew, 0, 5)
    expect((await expectCounted(store)).checkpoint?.offset).toBe(5)
  })

  test('flushed, or another one, while nobody ran: a new process that knows the instance is told', async () => {
    server = await RedisProcess.start()
    const notes = notesInMemory()
    await (await storeOn(server.port, {notes})).open(0)
    await expectCounted(await storeOn(server.port, {notes}))
    await server.ask((client) => client.flushall())
    const after = await storeOn(server.port, {notes})
    await expect(after.open(0)).rejects.toThrow(/Redis holds nothing of it/)
    await (await storeOn(server.port)).open(0)
    await expect(after.open(0)).rejects.toThrow(ForeignStateError)
  })

  test('set back to an older state: the owner is refused and goes on from there', async () => {
    server = await RedisProcess.start()
    const store = await storeOn(server.port)
    const opened = await store.open(0)
    await commitCounting(store, opened, 0, 5)
    const setBack = await server.snapshot()
    await commitCounting(store, opened, 5, 9)
    await setBack()
    await expect(store.commit(0, countingCommit(opened, 9))).rejects.toThrow(OffsetMismatchError)
    const again = await expectCounted(store)
    expect(again.checkpoint?.offset).toBe(5)
    await commitCounting(store, again, 5, 9)
    expect((await expectCounted(store)).checkpoint?.offset).toBe(9)
  })

  test('set back: an epoch that is given out twice belongs to the second owner only', async () => {
    server = await RedisProcess.start()
    const zombie = await storeOn(server.port)
    const setBack = await server.snapshot()
    const first = await zombie.open(0)
    await setBack()
    const owner = await storeOn(server.port)
    const second = await owner.open(0)
    expect(second.epoch).toBe(first.epoch)
    await expect(zombie.commit(0, countingCommit(first, 0))).rejects.toThrow()
    await commitCounting(owner, second, 0, 2)
    await expect(zombie.commit(0, countingCommit(first, 2))).rejects.toThrow()
    expect((await expectCounted(owner)).checkpoint?.offset).toBe(2)
  })

  test('gone for longer than patience lasts: the store says so, and only a new owner goes on', async () => {
    server = await RedisProcess.start()
    const store = await storeOn(server.port, {}, {patienceMs: 300})
    const opened = await store.open(0)
    await commitCounting(store, opened, 0, 2)
    await server.kill()
    await expect(store.commit(0, countingCommit(opened, 2))).rejects.toThrow(RedisUnavailableError)
    await server.run()
    await sleep(100)
    await expect(store.commit(0, countingCommit(opened, 2))).rejects.toThrow(StaleEpochError)
    const again = await expectCounted(store)
    await commitCounting(store, again, 2, 4)
    expect((await expectCounted(store)).checkpoint?.offset).toBe(4)
  })

  test('a key that somebody else uses is refused before the first write', async () => {
    server = await RedisProcess.start()
    const store = await storeOn(server.port)
    const opened = await store.open(0)
    await commitCounting(store, opened, 0, 1)
    await server.ask((client) => client.sadd('trouble:1:{p0}:h:u1', 'theirs'))
    await expect(store.commit(0, countingCommit(opened, 1))).rejects.toThrow(ForeignKeyError)
    expect(await standsAt()).toBe('1')
    await server.ask((client) => client.del('trouble:1:{p0}:h:u1'))
    await commitCounting(store, opened, 1, 3)
    expect((await expectCounted(store)).checkpoint?.offset).toBe(3)
  })

  test('commits that wait for a replica wait until there is one', async () => {
    server = await RedisProcess.start(['--repl-diskless-sync-delay', '0'])
    const store = await storeOn(server.port, {durability: {replicas: 1}})
    const opened = await store.open(0)
    const committing = commitCounting(store, opened, 0, 2)
    await vi.waitUntil(() => said.length > 0, 20_000)
    expect(said).toEqual(['paused: the commit is not on 1 replicas yet'])
    const replica = await RedisProcess.start(['--replicaof', '127.0.0.1', String(server.port)])
    try {
      await committing
      expect(await recordsOf(userOf(0))).toBe(1)
      expect((await expectCounted(store)).checkpoint?.offset).toBe(2)
    } finally {
      await replica.remove()
    }
  })
})

/** Outlives stores, as what is noted on the log does. */
function notesInMemory(): InstanceNotes {
  const noted = new Map<number, string>()
  return {
    noted: (partition) => noted.get(partition),
    refresh: async () => undefined,
    note: async (partition, instance) => void noted.set(partition, instance),
  }
}
