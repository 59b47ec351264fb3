import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {afterAll, beforeAll, expect, test, vi} from 'vitest'
import {connectRedis} from '../../../src/adapters/redis/connect-redis.js'
import {RedisReadModel} from '../../../src/adapters/redis/read-model.js'
import type {RedisTarget} from '../../../src/adapters/redis/redis-target.js'
import {RedisStateStore} from '../../../src/adapters/redis/state-store.js'
import {describeFeatureLog} from '../../conformance/feature-log.js'
import {describeReadModel} from '../../conformance/read-model.js'
import {describeStateStore} from '../../conformance/state-store.js'
import {describeVerdicts} from '../../conformance/verdicts.js'
import {commitCounting, expectCounted} from './counting-commits.js'
import {RedisProcess} from './redis-process.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

const run = promisify(execFile)

describeOnRedis('a Redis Cluster of three servers', () => {
  let servers: RedisProcess[] = []

  beforeAll(async () => {
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000']
    servers = await Promise.all([0, 1, 2].map(() => RedisProcess.start(args)))
    const addresses = servers.map(({port}) => `127.0.0.1:${port}`)
    await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'])
    const isUp = async () => {
      const infos = await Promise.all(servers.map((server) => server.ask((client) => client.cluster('INFO'))))
      return infos.every((info) => info.includes('cluster_state:ok'))
    }
    await vi.waitUntil(isUp, {timeout: 30_000, interval: 100})
  })
  afterAll(() => Promise.all(servers.map((server) => server.remove())))

  const target = (): RedisTarget => ({
    urls: servers.slice(0, 1).map(({url}) => url),
    isCluster: true,
    durability: 'memory',
  })

  describeStateStore('redis cluster', async () => {
    const options = {namespace: freshNamespace()}
    let {connection} = await connectRedis(target())
    return {
      store: new RedisStateStore(connection, options),
      restart: async () => {
        connection.close()
        connection = (await connectRedis(target())).connection
        return new RedisStateStore(connection, options)
      },
      dispose: async () => connection.close(),
    }
  })

  const readModel = async () => {
    const {connection} = await connectRedis(target())
    const model = new RedisReadModel(connection, {namespace: freshNamespace()})
    return {model, dispose: async () => connection.close()}
  }

  describeReadModel('redis cluster', readModel)
  describeVerdicts('redis cluster', readModel)
  describeFeatureLog('redis cluster', readModel)

  test('partitions are spread over the servers, and each is written by one script', async () => {
    const namespace = freshNamespace()
    const {connection} = await connectRedis(target())
    const store = new RedisStateStore(connection, {namespace})
    for (let partition = 0; partition < 12; partition++) await store.open(partition)
    await commitCounting(store, await store.open(0), 0, 20)
    expect((await expectCounted(store)).checkpoint?.offset).toBe(20)
    const keys = await Promise.all(
      servers.map((server) => server.ask((client) => client.keys(`${namespace}:*`))),
    )
    expect(keys.map((those) => those.length > 0)).toEqual([true, true, true])
    connection.close()
  })

  test('a commit waits while its server is gone, and is done once when it is back', async () => {
    const said: string[] = []
    const {connection} = await connectRedis(target(), {
      patienceMs: 40_000,
      onPaused: (reason) => said.push(reason),
    })
    const store = new RedisStateStore(connection, {namespace: freshNamespace()})
    const opened = await store.open(0)
    await commitCounting(store, opened, 0, 3)
    for (const server of servers) await server.kill()
    const committing = commitCounting(store, opened, 3, 6)
    await vi.waitUntil(() => said.length > 0, 20_000)
    await Promise.all(servers.map((server) => server.run()))
    await committing
    expect((await expectCounted(store)).checkpoint?.offset).toBe(6)
    connection.close()
  })

  test('is refused by one who does not expect a cluster, with the remedy', async () => {
    await expect(connectRedis({...target(), isCluster: false})).rejects.toThrow('set redis.cluster: true')
  })
})
