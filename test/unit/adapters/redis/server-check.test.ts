import {describe, expect, it} from 'vitest'
import type {RedisTarget} from '../../../../src/adapters/redis/redis-target.js'
import {findingsOf, parseInfo} from '../../../../src/adapters/redis/server-check.js'

const GOOD = {
  redis_version: '7.2.4',
  redis_mode: 'standalone',
  role: 'master',
  maxmemory_policy: 'noeviction',
  aof_enabled: '1',
  connected_slaves: '0',
}
const TARGET: RedisTarget = {urls: ['redis://r:1'], isCluster: false, durability: 'memory'}

function findings(info: {readonly [name: string]: string} = {}, target: Partial<RedisTarget> = {}) {
  const lines = Object.entries({...GOOD, ...info}).map(([name, value]) => `${name}:${value}`)
  const text = `# Server\r\n${lines.join('\r\n')}\r\n`
  return findingsOf('r:1', parseInfo(text), {...TARGET, ...target})
}

describe('a server', () => {
  it('with a log on disk that evicts nothing is used without a word', () => {
    expect(findings()).toEqual({problems: [], warnings: []})
  })

  it.each([
    ['is too old', {redis_version: '6.2.14'}, {}, 'r:1 is Redis 6.2.14; use Redis 7 or later'],
    ['evicts', {maxmemory_policy: 'allkeys-lru'}, {}, 'set maxmemory-policy noeviction'],
    ['is one of a cluster', {redis_mode: 'cluster'}, {}, 'set redis.cluster: true'],
    ['is a replica', {role: 'slave'}, {}, 'name its master in redis.url'],
    [
      'cannot wait for the disk',
      {redis_version: '7.0.15'},
      {durability: 'disk' as const},
      'it takes Redis 7.2',
    ],
    ['keeps no log to wait for', {aof_enabled: '0'}, {durability: 'disk' as const}, 'appendonly yes'],
  ])('that %s is refused, with the remedy', (_, info, target, remedy) => {
    const {problems} = findings(info, target)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(remedy)
  })

  it('without a log on disk is warned about', () => {
    expect(findings({aof_enabled: '0'})).toMatchObject({
      problems: [],
      warnings: [expect.stringContaining('set appendonly yes')],
    })
  })

  it('with too few replicas is warned about', () => {
    const {warnings} = findings({connected_slaves: '1'}, {durability: {replicas: 2}})
    expect(warnings).toEqual(['r:1 has 1 replicas: commits wait until there are 2 (redis.wait)'])
  })
})
