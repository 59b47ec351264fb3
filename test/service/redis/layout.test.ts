import {Redis} from 'ioredis'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {RedisReadModel} from '../../../src/adapters/redis/read-model.js'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import {RedisStateStore} from '../../../src/adapters/redis/state-store.js'
import {formatTime} from '../../../src/core/event/time.js'
import {
  alertRecord,
  at,
  commitOf,
  deadLetter,
  keyChange,
  NOON,
  outboxEntry,
  transaction,
} from '../../conformance/samples.js'
import {verdict} from '../../conformance/verdicts.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

const FIELDS = {merchant_id: 'm1', amount_usd: 12.5, country: 'US', declined: undefined}

describeOnRedis('what is kept in Redis', (url) => {
  let client: Redis
  let connection: RedisConnection
  let namespace: string
  let store: RedisStateStore

  beforeEach(() => {
    client = new Redis(url)
    connection = new RedisConnection(client)
    namespace = freshNamespace()
    store = new RedisStateStore(connection, {namespace})
  })
  afterEach(() => connection.close())

  const historyOf = (key: string) => client.get(`${namespace}:1:{p0}:h:${key}`)
  const events = (from: number, to: number) =>
    Array.from({length: to - from}, (_, i) => transaction(`t${from + i}`, at(from + i), FIELDS))
  const idsOf = async (key: string) => (await store.load(0, [key]))[0]?.events.map(({id}) => id)

  test('an event is added to the end of its history, without the names of its fields', async () => {
    const {epoch} = await store.open(0)
    await store.commit(0, commitOf(epoch, 0, 1, {keys: [keyChange('u1', {appended: events(0, 50)})]}))
    const before = (await historyOf('u1')) ?? ''
    await store.commit(0, commitOf(epoch, 1, 2, {keys: [keyChange('u1', {appended: events(50, 51)})]}))
    const after = (await historyOf('u1')) ?? ''
    expect(after.startsWith(before)).toBe(true)
    expect(after.length - before.length).toBeLessThan(70)
    expect(after).not.toContain('merchant_id')
    expect((await store.load(0, ['u1']))[0]?.events.at(-1)?.fields).toEqual(FIELDS)
  })

  test('a history is written anew when more than half of it is of no use, and is gone with its last event', async () => {
    const {epoch} = await store.open(0)
    await store.commit(0, commitOf(epoch, 0, 1, {keys: [keyChange('u1', {appended: events(0, 40)})]}))
    const whole = (await historyOf('u1'))?.length ?? 0
    await store.load(0, ['u1'])
    await store.commit(0, commitOf(epoch, 1, 2, {keys: [keyChange('u1', {removed: events(0, 5)})]}))
    expect((await historyOf('u1'))?.length).toBeGreaterThan(whole)
    await store.commit(0, commitOf(epoch, 2, 3, {keys: [keyChange('u1', {removed: events(5, 30)})]}))
    expect((await historyOf('u1'))?.length).toBeLessThan(whole / 3)
    expect(await idsOf('u1')).toEqual(events(30, 40).map(({id}) => id))
    await store.commit(0, commitOf(epoch, 3, 4, {keys: [keyChange('u1', {removed: events(30, 40)})]}))
    expect(await historyOf('u1')).toBeNull()
  })

  test('fields that are added while a history is written anew are not lost', async () => {
    const {epoch} = await store.open(0)
    for (let round = 0; round < 20; round++) {
      const key = `u${round}`
      const appended = events(0, 4)
      await store.commit(0, commitOf(epoch, 2 * round, 2 * round + 1, {keys: [keyChange(key, {appended})]}))
      const {contentHash} = appended[3] as (typeof appended)[number]
      const added = {
        key,
        stream: 'transactions',
        time: at(3),
        id: 't3',
        contentHash,
        fields: {ip: `ip${round}`},
      }
      const removal = keyChange(key, {removed: events(0, 3)})
      const committing = store.commit(0, commitOf(epoch, 2 * round + 1, 2 * round + 2, {keys: [removal]}))
      // Later and later: before the history is read, after, and when it is written.
      for (let turn = 0; turn < round; turn++) await Promise.resolve()
      await Promise.all([committing, store.addFields(0, [added])])
      const [event] = (await store.load(0, [key]))[0]?.events ?? []
      expect(event?.fields).toEqual({...FIELDS, ip: `ip${round}`})
    }
  })

  test('fields are added to no history that is not there', async () => {
    await store.open(0)
    const {contentHash} = transaction('t1')
    const place = {key: 'nobody', stream: 'transactions', time: NOON, id: 't1', contentHash}
    await store.addFields(0, [{...place, fields: {ip: 'x'}}])
    expect(await historyOf('nobody')).toBeNull()
  })

  test('generations, namespaces and partitions keep apart', async () => {
    const others = [
      new RedisStateStore(connection, {namespace, generation: 2}),
      new RedisStateStore(connection, {namespace: freshNamespace()}),
    ]
    const {epoch} = await store.open(0)
    await store.commit(0, commitOf(epoch, 0, 1, {keys: [keyChange('u1', {appended: events(0, 1)})]}))
    for (const other of others) {
      expect((await other.open(0)).epoch).toBe(1)
      expect(await other.load(0, ['u1'])).toEqual([undefined])
    }
    expect((await store.open(1)).checkpoint).toBeUndefined()
    expect(await idsOf('u1')).toEqual(['t0'])
  })

  test('all keys of a partition share its hash tag', async () => {
    const {epoch} = await store.open(7)
    const change = keyChange('u{1}', {
      appended: events(0, 1),
      expiry: NOON,
      deadline: NOON,
      judgement: {rules: [], decisions: []},
    })
    const visits = [{merchant: 'm1', key: 'u{1}', time: NOON}]
    const full = {keys: [change], profiles: events(0, 1), visits, outbox: outboxEntry(1)}
    await store.commit(7, commitOf(epoch, 0, 1, full))
    const keys = await client.keys(`${namespace}:*`)
    expect(keys.length).toBeGreaterThan(7)
    const slots = await Promise.all(keys.map((key) => client.cluster('KEYSLOT', key).catch(() => tagOf(key))))
    expect(new Set(slots).size).toBe(1)
  })

  test('of publishers at the same time, the highest revision wins', async () => {
    const models = [0, 1, 2].map(() => new RedisReadModel(connection, {namespace}))
    const revisions = [3, 0, 7, 1, 9, 2, 8, 4, 6, 5]
    await Promise.all(
      revisions.map((revision, i) =>
        models[i % 3]?.publish(
          outboxEntry(i + 1, {alerts: [alertRecord('a1', {revision, score: revision})]}),
        ),
      ),
    )
    expect((await models[0]?.alert('a1'))?.alert).toMatchObject({revision: 9, score: 9})
    expect((await models[0]?.alerts({}, 10, undefined))?.items).toHaveLength(1)
  })

  test.each([
    ['one feedback event', () => 'f1'],
    ['several feedback events', (ms: number) => `f${ms}`],
  ])('of verdicts of %s, published at the same time, the latest stands', async (_, idOf) => {
    const models = [0, 1, 2].map(() => new RedisReadModel(connection, {namespace}))
    const verdicts = [3, 0, 7, 1, 9, 2, 8, 4, 6, 5].map((ms) =>
      verdict(idOf(ms), {event_time: formatTime(at(ms))}),
    )
    await models[0]?.publish(outboxEntry(1, {alerts: [alertRecord('a1')]}))
    await Promise.all(
      verdicts.map((given, i) => models[i % 3]?.publish(outboxEntry(i + 2, {verdicts: [given]}))),
    )
    expect((await models[0]?.alert('a1'))?.triage?.verdict).toEqual(verdicts[4])
    expect(await models[0]?.verdict(idOf(9), 'u1')).toEqual(verdicts[4])
  })

  test('dead letters of several topics at the same place are kept apart, and found by their ids', async () => {
    const model = new RedisReadModel(connection, {namespace})
    const topics = ['transactions', 'shop.transactions', 'shop.locations']
    const deadLetters = topics.map((topic) => deadLetter(3, {origin: {topic, partition: 0, offset: 3}}))
    await model.publish(outboxEntry(1, {deadLetters}))
    const {items} = await model.deadLetters(undefined, 10, undefined)
    expect(items.map(({id}) => id).sort()).toEqual(['0-3', 'shop.locations/0-3', 'shop.transactions/0-3'])
    expect((await model.deadLetter('0-3'))?.letter.origin.topic).toBe('transactions')
    await model.markReplayed('shop.locations/0-3')
    expect(await model.deadLetter('shop.locations/0-3')).toMatchObject({replays: 1})
    expect(await model.deadLetter('shop.transactions/0-3')).toMatchObject({replays: 0})
    expect(await model.deadLetter('shop.nothing/0-3')).toBeUndefined()
  })

  test('of very many late inputs the newest are kept, and all are counted', async () => {
    const model = new RedisReadModel(connection, {namespace})
    const late = (from: number, to: number) =>
      Array.from({length: to - from}, (_, i) => ({stream: 's', offset: from + i, bytes: Uint8Array.of(1)}))
    for (let from = 0; from < 10_500; from += 500)
      await model.publish(outboxEntry(1, {late: late(from, from + 500)}))
    await model.publish(outboxEntry(1, {late: late(0, 500)}))
    expect(await model.lateCount()).toBe(10_500)
    expect((await model.lateInputs(1, undefined)).items[0]?.offset).toBe(500)
  })
})

/** What Redis takes the slot from, where it is no cluster and does not say. */
function tagOf(key: string): string | undefined {
  return /\{([^}]+)\}/.exec(key)?.[1]
}
