import {Redis} from 'ioredis'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {RedisReadModel} from '../../../src/adapters/redis/read-model.js'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import {formatTime} from '../../../src/core/event/time.js'
import type {FeatureRecord} from '../../../src/core/feature/feature-record.js'
import {alertRecord, at, decisionRecord, NOON, outboxEntry, STRANGE_IDS} from '../../conformance/samples.js'
import {verdict} from '../../conformance/verdicts.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

function features(id: string, time = NOON as number, user = 'u1'): FeatureRecord {
  return {transaction_id: id, user_id: user, time, schema: 's1', packed: 'AAAAAAAA8D8='}
}

const later = (ms: number) => ({event_time: formatTime(at(ms))})

describeOnRedis('retention of the read model in Redis', (url) => {
  let client: Redis
  let connection: RedisConnection
  let namespace: string
  let model: RedisReadModel
  let sequence = 0

  beforeEach(() => {
    client = new Redis(url)
    connection = new RedisConnection(client)
    namespace = freshNamespace()
    model = new RedisReadModel(connection, {namespace})
  })
  afterEach(() => connection.close())

  const publish = (change: Parameters<typeof outboxEntry>[1]) =>
    model.publish(outboxEntry(++sequence, change))
  const keys = () => client.keys(`${namespace}:*`)

  test('leaves no key behind of what is older', async () => {
    const ids = [...STRANGE_IDS, ...Array.from({length: 500}, (_, i) => `id${i}`)]
    await publish({
      alerts: ids.map((id) => alertRecord(id)),
      decisions: ids.map((id) => decisionRecord(id)),
      features: ids.map((id) => features(id)),
      verdicts: ids.map((id) => verdict(id, {user_id: id, alert_id: id})),
    })
    expect((await keys()).length).toBeGreaterThan(4 * ids.length)
    expect(await model.expire(at(1))).toEqual({alerts: ids.length, decisions: ids.length})
    // What verdicts changed is on its way to the audit trail, which keeps it.
    expect((await keys()).filter((key) => !key.endsWith(':untold'))).toEqual([])
  })

  test('of alerts is that of verdicts, of decisions that of features', async () => {
    await publish({verdicts: [verdict('f1')], features: [features('t1')]})
    expect(await model.expireAlerts(NOON)).toBe(0)
    expect(await model.expireDecisions(at(1))).toBe(0)
    expect(await model.featuresOf('t1')).toBeUndefined()
    expect(await model.verdict('f1', 'u1')).toEqual(verdict('f1'))
    expect(await model.expireAlerts(at(1))).toBe(0)
    expect(await model.verdict('f1', 'u1')).toBeUndefined()
  })

  test("keeps what is newer, another user's with the same id and what came again later", async () => {
    const others = [verdict('f1', {user_id: 'u2', ...later(5)}), verdict('f2', later(5))]
    await publish({
      verdicts: [verdict('f1'), verdict('f2'), ...others],
      features: [features('t1'), features('t2'), features('t1', at(5), 'u2'), features('t2', at(5))],
    })
    await model.expire(at(5))
    expect(await model.verdict('f1', 'u1')).toBeUndefined()
    expect([await model.verdict('f1', 'u2'), await model.verdict('f2', 'u1')]).toEqual(others)
    expect(await model.featuresOf('t1', 'u1')).toBeUndefined()
    expect((await model.featuresOf('t1'))?.user_id).toBe('u2')
    expect((await model.featuresOf('t2', 'u1'))?.time).toBe(at(5))
    await model.expire(at(6))
    expect(await keys()).toEqual([])
  })

  test('does not count what came again later', async () => {
    await publish({decisions: [decisionRecord('t1')]})
    await publish({decisions: [decisionRecord('t1', later(5))]})
    expect((await model.expire(at(5))).decisions).toBe(0)
    expect((await model.expire(at(6))).decisions).toBe(1)
  })

  test('leaves an alert its verdict, whose own record is gone', async () => {
    await publish({alerts: [alertRecord('a1', later(5))], verdicts: [verdict('f1')]})
    await model.expireAlerts(at(5))
    expect(await model.verdict('f1', 'u1')).toBeUndefined()
    expect(await model.alert('a1')).toMatchObject({
      status: 'closed_fraud',
      triage: {verdict: {feedback_id: 'f1'}},
    })
  })
})
