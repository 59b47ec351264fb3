import {Redis} from 'ioredis'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {WaitedDecisions} from '../../../src/adapters/redis/bus/waited-decisions.js'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

describeOnRedis('who answers for a transaction', (url) => {
  let connection: RedisConnection
  let waited: WaitedDecisions

  beforeAll(() => {
    connection = new RedisConnection(new Redis(url))
    waited = new WaitedDecisions(connection, {namespace: freshNamespace()})
  })
  afterAll(() => connection.close())

  const of = (transaction: string, user = 'u1') => ({user, transaction})

  test('a fallback that was given first is known to who decides, also after a crash', async () => {
    expect(await waited.giveFallback(0, of('t1'))).toBe(true)
    const asked = [of('t1'), of('t2'), of('t1', 'u2')]
    expect(await waited.begin(0, asked)).toEqual([of('t1')])
    expect(await waited.begin(0, asked)).toEqual([of('t1')])
  })

  test('once somebody has begun to decide, no fallback is given', async () => {
    expect(await waited.begin(0, [of('t3')])).toEqual([])
    expect(await waited.giveFallback(0, of('t3'))).toBe(false)
  })

  test('a fallback may be given again', async () => {
    expect(await waited.giveFallback(0, of('t4'))).toBe(true)
    expect(await waited.giveFallback(0, of('t4'))).toBe(true)
  })

  test('of two at once, one is first', async () => {
    for (let i = 0; i < 50; i++) {
      const [answered, mayFallBack] = await Promise.all([
        waited.begin(1, [of(`race-${i}`)]),
        waited.giveFallback(1, of(`race-${i}`)),
      ])
      expect(answered.length === 1).toBe(mayFallBack)
    }
  })
})
