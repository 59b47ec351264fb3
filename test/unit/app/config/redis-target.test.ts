import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {ConfigError} from '../../../../src/app/config/config-error.js'
import {loadConfig} from '../../../../src/app/config/load-config.js'
import {redisTarget} from '../../../../src/app/config/redis-target.js'

const folder = mkdtempSync(join(tmpdir(), 'tripline-redis-target-'))

afterAll(() => rmSync(folder, {recursive: true}))

function targetOf(env: NodeJS.ProcessEnv) {
  return redisTarget(loadConfig({folder, env}), env)
}

function fileOf(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('where Redis is', () => {
  it('is this machine, without a password, unless said otherwise', () => {
    expect(targetOf({})).toEqual({
      urls: ['redis://127.0.0.1:6379'],
      isCluster: false,
      password: undefined,
      durability: 'memory',
      tls: undefined,
    })
  })

  it('may be several servers of a cluster', () => {
    const env = {TRIPLINE_REDIS_URL: 'redis://me@a:1,rediss://[::1]:2', TRIPLINE_REDIS_CLUSTER: 'true'}
    expect(targetOf(env)).toMatchObject({urls: ['redis://me@a:1', 'rediss://[::1]:2'], isCluster: true})
  })

  it.each([
    ['none', 'memory'],
    ['disk', 'disk'],
    ['1 replica', {replicas: 1}],
    ['2 replicas', {replicas: 2}],
  ])('commits wait for %s', (wait, durability) => {
    expect(targetOf({TRIPLINE_REDIS_WAIT: wait}).durability).toEqual(durability)
  })

  it('the password comes from a variable, or from a file without the line break at its end', () => {
    expect(targetOf({TRIPLINE_REDIS_PASSWORD: 'hunter2'}).password).toBe('hunter2')
    const file = fileOf('password', 'hunter2\n')
    expect(targetOf({TRIPLINE_REDIS_PASSWORD_FILE: file}).password).toBe('hunter2')
  })

  it('two passwords, or a file that is not there, are refused without showing a password', () => {
    const both = {TRIPLINE_REDIS_PASSWORD: 'hunter2', TRIPLINE_REDIS_PASSWORD_FILE: 'x'}
    expect(() => targetOf(both)).toThrow(
      new ConfigError([
        'TRIPLINE_REDIS_PASSWORD and TRIPLINE_REDIS_PASSWORD_FILE are both set; unset one of them',
      ]),
    )
    expect(() => targetOf({TRIPLINE_REDIS_PASSWORD_FILE: '/nowhere'})).toThrow(/\/nowhere cannot be read/)
  })

  it.each(['redis://:hunter2@host', 'redis://me:hunter2@host:6379', 'http://hunter2', 'hunter2:6379'])(
    'a URL with a password, or that is none, is refused and not shown: %s',
    (url) => {
      try {
        targetOf({TRIPLINE_REDIS_URL: url})
        expect.unreachable()
      } catch (error) {
        expect((error as Error).message).toContain('TRIPLINE_REDIS_URL: redis.url is not usable; allowed is')
        expect((error as Error).message).not.toContain('hunter2')
      }
    },
  )

  it('TLS uses the files that are named', () => {
    const ca = fileOf('ca.pem', 'a certificate')
    expect(targetOf({TRIPLINE_REDIS_TLS: 'true'}).tls).toEqual({})
    expect(targetOf({TRIPLINE_REDIS_TLS: `{ca: ${ca}}`}).tls).toEqual({ca: 'a certificate'})
    expect(() => targetOf({TRIPLINE_REDIS_TLS: '{cert: /nowhere}'})).toThrow(
      'redis.tls.cert: /nowhere cannot be read (ENOENT)',
    )
    expect(() => targetOf({TRIPLINE_REDIS_TLS: '{password: x}'})).toThrow('redis.tls')
  })
})
