import {Redis} from 'ioredis'
import {expect, test} from 'vitest'
import {RedisCaseStore} from '../../src/adapters/redis/case-store.js'
import {RedisAuditTrail} from '../../src/adapters/redis/desk/audit-trail.js'
import {RedisConnection} from '../../src/adapters/redis/redis-connection.js'
import type {CaseRecord} from '../../src/core/case/case-events.js'
import type {WallTime} from '../../src/core/event/time.js'
import {describeOnRedis, freshNamespace} from '../service/redis/test-redis.js'
import {alertOf, closing, DEADLINES, describeCases, userCase} from './cases.js'
import {outboxEntry} from './samples.js'

describeOnRedis('cases on Redis', (url) => {
  test('what a crash kept from being told is told with the same entry again, once', async () => {
    const connection = new RedisConnection(new Redis(url))
    const store = new RedisCaseStore(connection, {namespace: freshNamespace()}, DEADLINES)
    const entry = outboxEntry(1, {alerts: [alertOf('u1', 'a1')]})
    await expect(store.foldAndTell(entry, () => Promise.reject(new Error('cut off')))).rejects.toThrow(
      'cut off',
    )
    const told: CaseRecord[] = []
    for (let i = 0; i < 2; i++) await store.foldAndTell(entry, async (records) => void told.push(...records))
    expect(told).toMatchObject([{type: 'case.opened', case_id: userCase('u1', 'a1')}])
    connection.close()
  })

  test('what people did is on the audit trail, once', async () => {
    const connection = new RedisConnection(new Redis(url))
    const keyspace = {namespace: freshNamespace()}
    const store = new RedisCaseStore(connection, keyspace, DEADLINES)
    await store.fold(outboxEntry(1, {alerts: [alertOf('u1', 'a1')]}))
    const entry = outboxEntry(2, {caseChanges: [closing(userCase('u1', 'a1'), 'c-1')]})
    for (let i = 0; i < 2; i++) await store.fold(entry)
    const trail = new RedisAuditTrail(connection, keyspace, {now: () => 0 as WallTime})
    const {items} = await trail.records(10, undefined)
    expect(items).toMatchObject([
      {action: 'case.close', actor: {name: 'ana'}, after: {status: 'closed_fraud'}},
    ])
    connection.close()
  })

  describeCases('redis', async () => {
    const connection = new RedisConnection(new Redis(url))
    const store = new RedisCaseStore(connection, {namespace: freshNamespace()}, DEADLINES)
    return {store, dispose: async () => connection.close()}
  })
})
