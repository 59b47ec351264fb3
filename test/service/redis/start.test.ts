import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, expect, test} from 'vitest'
import {connectRedis} from '../../../src/adapters/redis/connect-redis.js'
import {RedisRefusedError, RedisUnavailableError} from '../../../src/adapters/redis/redis-errors.js'
import type {RedisTarget} from '../../../src/adapters/redis/redis-target.js'
import {RedisStateStore} from '../../../src/adapters/redis/state-store.js'
import {EXIT, explainFailure} from '../../../src/app/cli/exit.js'
import {serverCertificate} from '../../support/services/server-certificate.js'
import {commitCounting, expectCounted} from './counting-commits.js'
import {freePort, RedisProcess} from './redis-process.js'
import {describeOnRedis} from './test-redis.js'

describeOnRedis('connecting to Redis', () => {
  let server: RedisProcess | undefined

  afterEach(async () => {
    await server?.remove()
    server = undefined
  })

  const target = (change: Partial<RedisTarget> = {}): RedisTarget => ({
    urls: [server?.url ?? ''],
    isCluster: false,
    durability: 'memory',
    ...change,
  })

  /** The error with which connecting fails, and the exit code of a command that it ends. */
  async function failure(to: RedisTarget): Promise<{readonly error: Error; readonly code: number}> {
    try {
      const {connection} = await connectRedis(to)
      connection.close()
    } catch (error) {
      return {error: error as Error, code: explainFailure(error).code}
    }
    return expect.unreachable('it connected')
  }

  test('a server that keeps everything is used without a word', async () => {
    server = await RedisProcess.start()
    const {connection, warnings} = await connectRedis(target())
    expect(warnings).toEqual([])
    expect(await connection.attempt((client) => client.ping())).toBe('PONG')
    connection.close()
  })

  test('nobody there: unavailable, with the address and the fix', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    const {error, code} = await failure(target({urls: [url]}))
    expect(error).toBeInstanceOf(RedisUnavailableError)
    expect(error.message).toMatch(
      /127\.0\.0\.1:\d+ could not be reached \(.*ECONNREFUSED.*start Redis there, or set redis\.url/,
    )
    expect(code).toBe(EXIT.unavailable)
  })

  test('a wrong password, or none, is refused with the fix, at once and without the password', async () => {
    server = await RedisProcess.start(['--requirepass', 'right'])
    for (const password of ['wrong-one', undefined]) {
      const {error, code} = await failure(target({password}))
      expect(error).toBeInstanceOf(RedisRefusedError)
      expect(error.message).toContain('set TRIPLINE_REDIS_PASSWORD')
      expect(error.message).not.toContain('wrong-one')
      expect(code).toBe(EXIT.unavailable)
    }
    const {connection} = await connectRedis(target({password: 'right'}))
    connection.close()
  })

  test('a server that evicts is refused, one without a log on disk is warned about', async () => {
    server = await RedisProcess.start(['--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru'])
    const {error} = await failure(target())
    expect(error.message).toContain('set maxmemory-policy noeviction')
    await server.ask((client) => client.config('SET', 'maxmemory-policy', 'noeviction'))
    const {connection, warnings} = await connectRedis(target())
    expect(warnings).toEqual([expect.stringContaining('set appendonly yes')])
    connection.close()
  })

  test('a user who may not do enough is refused with the fix', async () => {
    server = await RedisProcess.start()
    await server.ask((client) => client.acl('SETUSER', 'weak', 'on', '>secret', '~shop:*', '+get'))
    await server.ask((client) =>
      client.acl('SETUSER', 'shop', 'on', '>secret', '~shop:*', '+@all', '-@dangerous', '+info'),
    )
    const weak = target({urls: [`redis://weak@127.0.0.1:${server.port}`], password: 'secret'})
    const {error} = await failure(weak)
    expect(error).toBeInstanceOf(RedisRefusedError)
    expect(error.message).toContain('NOPERM')
    const {connection} = await connectRedis({...weak, urls: [`redis://shop@127.0.0.1:${server.port}`]})
    const store = new RedisStateStore(connection, {namespace: 'shop'})
    await commitCounting(store, await store.open(0), 0, 5)
    expect((await expectCounted(store)).checkpoint?.offset).toBe(5)
    connection.close()
  })

  test('over TLS, with the authority that is named and no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tripline-tls-'))
    const {cert, key} = await serverCertificate(folder, 'redis')
    const port = await freePort()
    server = await RedisProcess.start([
      ...['--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key],
      ...['--tls-auth-clients', 'no', '--tls-ca-cert-file', cert],
    ])
    const urls = [`rediss://127.0.0.1:${port}`]
    const {connection} = await connectRedis(target({urls, tls: {ca: await readFile(cert, 'utf8')}}))
    expect(await connection.attempt((client) => client.ping())).toBe('PONG')
    connection.close()
    const {error} = await failure(target({urls}))
    expect(error.message).toMatch(/is not trusted \(.*certificate.*check redis\.tls/)
    await rm(folder, {recursive: true})
  })

  test('a server that is no cluster is refused by one who expects a cluster', async () => {
    server = await RedisProcess.start()
    const {error} = await failure(target({isCluster: true}))
    expect(error.message).toContain('redis.cluster: false')
  })
})
