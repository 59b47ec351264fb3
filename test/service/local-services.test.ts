import {execFile} from 'node:child_process'
import {access, mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {Redis} from 'ioredis'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {ensureBuilt} from '../support/process/built-program.js'
import {tripline} from '../support/process/tripline.js'

const hasRedis = await promisify(execFile)('redis-server', ['--version']).then(
  () => true,
  () => false,
)
if (!hasRedis) process.stderr.write('skipped: services up; there is no redis-server on this machine\n')

describe.skipIf(!hasRedis)('services up', () => {
  let folder: string
  const services = (...args: string[]) =>
    tripline(['services', ...args, '--only', 'redis', '--dir', join(folder, 's')])

  beforeAll(async () => {
    await ensureBuilt()
    folder = await mkdtemp(join(tmpdir(), 'tripline-services-'))
  })
  afterAll(async () => {
    await services('down')
    await rm(folder, {recursive: true, force: true})
  })

  it('brings up a service that outlives the command, says where, and does it once', async () => {
    const first = await services('up')
    expect(first.code).toBe(0)
    const [, url] = /^TRIPLINE_TEST_REDIS=(redis:\/\/127\.0\.0\.1:\d+)\n$/.exec(first.stdout) ?? []
    const redis = new Redis(url as string)
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    redis.disconnect()
    expect((await services('up')).stdout).toBe(first.stdout)
  })

  it('down ends it and removes its data', async () => {
    await services('up')
    const {address} = JSON.parse(await readFile(join(folder, 's', 'redis.json'), 'utf8')) as {address: string}
    const {code, stderr} = await services('down')
    expect([code, stderr]).toEqual([0, 'stopped redis\n'])
    const redis = new Redis(address, {lazyConnect: true, retryStrategy: () => null})
    redis.on('error', () => undefined)
    await expect(redis.connect()).rejects.toThrow()
    await expect(access(join(folder, 's', 'redis'))).rejects.toThrow('ENOENT')
    expect((await services('down')).stderr).toBe('nothing ran\n')
  })

  it('says how to get what is missing', async () => {
    const {code, stderr} = await tripline(['services', 'up', '--only', 'redis', '--dir', join(folder, 'n')], {
      env: {PATH: '/nowhere'},
    })
    expect(code).toBe(3)
    expect(stderr).toContain('redis-server was not found; install Redis 7 or newer')
  })
})
