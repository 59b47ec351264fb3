import {Redis} from 'ioredis'
import {afterAll, beforeEach, expect, test} from 'vitest'
import {RedisAlertChanges} from '../../../src/adapters/redis/desk/alert-changes.js'
import {RedisAuditTrail} from '../../../src/adapters/redis/desk/audit-trail.js'
import {bucketKeys} from '../../../src/adapters/redis/keyspace.js'
import {RedisReadModel} from '../../../src/adapters/redis/read-model.js'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import {TriageDesk} from '../../../src/app/service/triage-desk.js'
import type {AuditedChange} from '../../../src/core/case/audit-record.js'
import {alertRecord, outboxEntry} from '../../conformance/samples.js'
import {wall} from '../../conformance/webhook-store.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

const LEA = {id: 'key:1', name: 'Lea'}

describeOnRedis('the audit trail on Redis', (url) => {
  const connections: RedisConnection[] = []
  let namespace = ''
  beforeEach(() => {
    namespace = freshNamespace()
  })
  afterAll(() => {
    for (const connection of connections) connection.close()
  })

  /** As of one more worker. */
  const worker = () => {
    const connection = new RedisConnection(new Redis(url))
    connections.push(connection)
    const clock = {now: () => wall(0)}
    const trail = new RedisAuditTrail(connection, {namespace}, clock)
    const triage = new TriageDesk(new RedisAlertChanges(connection, {namespace}, trail), clock)
    return {connection, trail, triage, readModel: new RedisReadModel(connection, {namespace})}
  }
  const change = (n: number): AuditedChange => {
    return {actor: LEA, action: 'test', subject: {type: 'test', id: String(n)}, before: null, after: n}
  }
  const all = async (trail: RedisAuditTrail) => (await trail.records(1_000, undefined)).items

  test('numbers records in the order in which they were written, and pages them, the newest first', async () => {
    const {trail} = worker()
    for (let n = 1; n <= 5; n++) await trail.write(change(n))
    const first = await trail.records(3, undefined)
    expect(first.items.map(({sequence, after}) => [sequence, after])).toEqual([
      [5, 5],
      [4, 4],
      [3, 3],
    ])
    const second = await trail.records(3, first.cursor)
    expect([second.items.map(({sequence}) => sequence), second.cursor]).toEqual([[2, 1], undefined])
  })

  test('takes over what a worker left that died beside the change, once, though many do so at a time', async () => {
    const workers = [worker(), worker(), worker()]
    const [{connection}] = workers as [ReturnType<typeof worker>]
    for (const bucket of [3, 7]) {
      const text = JSON.stringify({at: '2026-01-01T00:00:00.000Z', ...change(bucket)})
      await connection.client.rpush(bucketKeys({namespace}, bucket).untold, `0000-${bucket}${text}`)
    }
    const found = await Promise.all(workers.map(({trail}) => all(trail)))
    for (const items of [...found, await all(workers[1]?.trail as RedisAuditTrail)])
      expect(items.map(({after}) => after).sort()).toEqual([3, 7])
  })

  test('holds every note that was written at a time by several workers, and the alert holds them too', async () => {
    const workers = [worker(), worker()]
    const [{readModel, trail}] = workers as [ReturnType<typeof worker>]
    const alert = alertRecord('a1')
    await readModel.publish(outboxEntry(1, {alerts: [alert]}))
    await Promise.all(
      Array.from({length: 10}, (_, i) => workers[i % 2]?.triage.note(alert.alert_id, `note ${i}`, LEA)),
    )
    expect((await readModel.alert(alert.alert_id))?.triage?.notes).toHaveLength(10)
    const items = await all(trail)
    const counts = items.map(({after}) => (after as {notes: number}).notes)
    expect(counts.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})
