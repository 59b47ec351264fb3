import {Redis} from 'ioredis'
import {afterAll, beforeEach, expect, test} from 'vitest'
import {RedisAlertChanges} from '../../../src/adapters/redis/desk/alert-changes.js'
import {RedisAuditTrail} from '../../../src/adapters/redis/desk/audit-trail.js'
import {bucketKeys} from '../../../src/adapters/redis/keyspace.js'
import {RedisReadModel} from '../../../src/adapters/redis/read-model.js'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import {TriageDesk} from '../../../src/app/service/triage-desk.js'
import type {AlertChange} from '../../../src/core/case/alert-change.js'
import type {AuditedChange} from '../../../src/core/case/audit-record.js'
import {alertRecord, outboxEntry} from '../../conformance/samples.js'
import {wall} from '../../conformance/webhook-store.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

const LEA = {id: 'key:1', name: 'Lea'}
const AT = '2026-01-02T03:04:05.000Z'

function assignment(alert_id: string, change_id: string, assignee: string | null): AlertChange {
  return {type: 'alert_assigned', alert_id, change_id, at: AT, by: LEA, assignee, in_review: false}
}

function note(alert_id: string, change_id: string): AlertChange {
  return {type: 'alert_noted', alert_id, change_id, at: AT, by: LEA, text: 'called'}
}

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
    const readModel = new RedisReadModel(connection, {namespace})
    const changes = new RedisAlertChanges(connection, {namespace}, trail)
    const change = async (made: AlertChange) => {
      await changes.publish(outboxEntry(1, {alertChanges: [made]}))
      return readModel.alert(made.alert_id)
    }
    return {connection, trail, changes, triage: new TriageDesk({change}, clock), readModel}
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

  test('a change that is published again counts once, on the alert and on the trail', async () => {
    const {readModel, changes, trail} = worker()
    await readModel.publish(outboxEntry(1, {alerts: [alertRecord('a1')]}))
    const entry = outboxEntry(2, {alertChanges: [assignment('a1', 'c1', 'bob'), note('a1', 'c2')]})
    for (let i = 0; i < 3; i++) await changes.publish(entry)
    expect(await readModel.alert('a1')).toMatchObject({triage: {assignee: 'bob', notes: [{text: 'called'}]}})
    const items = await all(trail)
    expect(items.map(({action, at}) => [action, at])).toEqual([
      ['alert.note', AT],
      ['alert.assign', AT],
    ])
  })

  test('what was done with an alert before it is found again waits for it', async () => {
    const {readModel, changes} = worker()
    const alertChanges = [assignment('a1', 'c1', 'bob'), note('a1', 'c2'), assignment('a1', 'c3', null)]
    await changes.publish(outboxEntry(1, {alertChanges}))
    expect(await readModel.alert('a1')).toBeUndefined()
    const found = outboxEntry(2, {alerts: [alertRecord('a1'), alertRecord('a2')]})
    await readModel.publish(found)
    await changes.publishAgain(found)
    expect(await readModel.alert('a1')).toMatchObject({triage: {assignee: null, notes: [{text: 'called'}]}})
    expect((await readModel.alert('a2'))?.triage).toBeUndefined()
  })
})
