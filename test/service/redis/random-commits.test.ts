import fc from 'fast-check'
import {Redis} from 'ioredis'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {MemoryStateStore} from '../../../src/adapters/memory/memory-state-store.js'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import {RedisStateStore} from '../../../src/adapters/redis/state-store.js'
import type {EventTime} from '../../../src/core/event/time.js'
import type {StateStore} from '../../../src/engine/port/state-store.js'
import {at, commitOf, keyChange, outboxEntry, transaction} from '../../conformance/samples.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

const KEYS = ['u1', 'u2', 'u3']

/** Few of each, so that they meet: the same event again, the removal of what is not there, the same expiry. */
const place = fc.record({id: fc.constantFrom('t1', 't2', 't3', 't4'), ms: fc.integer({min: -2, max: 2})})
const time = fc.option(fc.integer({min: 0, max: 3}), {nil: null})
const fields = fc.oneof(
  fc.record({amount: fc.double(), mcc: fc.option(fc.string(), {nil: undefined})}),
  fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.oneof(fc.string(), fc.double(), fc.boolean())),
)
const change = fc.record({
  key: fc.constantFrom(...KEYS),
  appended: fc.array(fc.tuple(place, fields), {maxLength: 3}),
  removed: fc.array(place, {maxLength: 4}),
  judgement: fc.constantFrom(undefined, null, {rules: [], decisions: []}),
  expiry: fc.option(time, {nil: undefined}),
  deadline: fc.option(time, {nil: undefined}),
})
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({kind: fc.constant('commit' as const), changes: fc.array(change, {maxLength: 4})}),
  },
  {
    weight: 2,
    arbitrary: fc.record({kind: fc.constant('add' as const), key: fc.constantFrom(...KEYS), place, fields}),
  },
  {weight: 1, arbitrary: fc.record({kind: fc.constant('load' as const)})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('open' as const)})},
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const timeOf = (value: number | null | undefined) => (typeof value === 'number' ? at(value) : value)
const eventOf = ({id, ms}: {id: string; ms: number}) => ({stream: 'transactions', time: at(ms), id})

/** Does the steps and gives what is stored in the end. */
async function outcome(store: StateStore, steps: readonly Step[]): Promise<unknown> {
  let {epoch} = await store.open(0)
  let offset = 0
  for (const step of steps) {
    if (step.kind === 'open') epoch = (await store.open(0)).epoch
    else if (step.kind === 'load') await store.load(0, KEYS)
    else if (step.kind === 'add') {
      const {contentHash} = transaction('any')
      await store.addFields(0, [{...eventOf(step.place), key: step.key, contentHash, fields: step.fields}])
    } else {
      const keys = step.changes.map(({key, appended, removed, judgement, expiry, deadline}) =>
        keyChange(key, {
          appended: appended.map(([where, values]) => ({
            ...transaction('', at(0), values),
            ...eventOf(where),
          })),
          removed: removed.map(eventOf),
          judgement,
          expiry: timeOf(expiry),
          deadline: timeOf(deadline),
        }),
      )
      const outbox = outboxEntry(offset + 1)
      await store.commit(0, commitOf(epoch, offset, offset + 1, {keys, outbox, publishedUpTo: offset - 1}))
      offset++
    }
  }
  const {epoch: _, expiries, deadlines, ...opened} = await store.open(0)
  const loaded = await store.load(0, KEYS)
  const keys = loaded.map((key) => key && {...key, events: key.events.map(whole).sort(byPlace)})
  return {...opened, keys, expiries: [...expiries].sort(), deadlines: [...deadlines].sort()}
}

function whole<T extends {readonly fields: object}>(event: T) {
  return {
    ...event,
    fields: Object.entries(event.fields)
      .filter(([, value]) => value !== undefined)
      .sort(),
  }
}

function byPlace(a: {time: EventTime; id: string}, b: {time: EventTime; id: string}): number {
  return a.time - b.time || (a.id < b.id ? -1 : 1)
}

describeOnRedis('random commits', (url) => {
  let connection: RedisConnection

  beforeAll(() => {
    connection = new RedisConnection(new Redis(url))
  })
  afterAll(() => connection.close())

  test('leave in Redis what they leave in memory', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 25}), async (steps) => {
        const store = new RedisStateStore(connection, {namespace: freshNamespace()})
        expect(await outcome(store, steps)).toEqual(await outcome(new MemoryStateStore(), steps))
      }),
      {numRuns: 150},
    )
  })
})
