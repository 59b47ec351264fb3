import {Redis} from 'ioredis'
import {expect, test} from 'vitest'
import {RedisCaseStore} from '../../src/adapters/redis/case-store.js'
import {RedisAuditTrail} from '../../src/adapters/redis/desk/audit-trail.js'
import {RedisConnection} from '../../src/adapters/redis/redis-connection.js'
import type {CaseRecord} from '../../src/core/case/case-events.js'
import type {WallTime} from '../../src/core/event/time.js'
import {describeOnRedis, freshNamespace} from '../service/redis/test-redis.js'
import {alertOf, change, closing, DEADLINES, describeCases, userCase} from './cases.js'
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

  test('what was done with a case before it is found again waits for it, and is done once', async () => {
    const connection = new RedisConnection(new Redis(url))
    const keyspace = {namespace: freshNamespace()}
    const store = new RedisCaseStore(connection, keyspace, DEADLINES)
    const id = userCase('u1', 'a1')
    const early = [
      outboxEntry(1, {caseChanges: [change(id, 'noted', {change_id: '1', text: 'called'})]}),
      outboxEntry(2, {caseChanges: [closing(id, '2')]}),
    ]
    for (const entry of [...early, ...early]) await store.fold(entry)
    expect(await store.case(id)).toBeUndefined()
    // Also where it is found as news, when the state is built.
    const told: CaseRecord[] = []
    await store.foldAndTell(outboxEntry(3, {alerts: [alertOf('u1', 'a1')]}), async (records) => {
      told.push(...records)
    })
    expect(told.map(({type}) => type)).toEqual(['case.opened', 'case.updated', 'case.closed'])
    expect(await store.case(id)).toMatchObject({status: 'closed_fraud', changes: [{text: 'called'}, {}]})
    const trail = new RedisAuditTrail(connection, keyspace, {now: () => 0 as WallTime})
    const {items} = await trail.records(10, undefined)
    expect(items.map(({action}) => action)).toEqual(['case.close', 'case.note'])
    await store.fold(outboxEntry(4, {alerts: [alertOf('u1', 'a2')]}))
    expect(await store.case(userCase('u1', 'a2'))).toMatchObject({status: 'open', changes: []})
    connection.close()
  })

  describeCases('redis', async () => {
    const connection = new RedisConnection(new Redis(url))
    const store = new RedisCaseStore(connection, {namespace: freshNamespace()}, DEADLINES)
    return {store, dispose: async () => connection.close()}
  })
})
