import {beforeEach, describe, expect, test} from 'vitest'
import type {EventTime} from '../../src/core/event/time.js'
import type {StateStore} from '../../src/engine/port/state-store.js'
import {at, commitOf, keyChange, NOON, STRANGE_IDS, transaction} from './samples.js'
import {added, ids, JUDGEMENT, load, type StateStoreHarness} from './state-store-harness.js'

/** What a state store keeps to about single keys. `current` gives the test's own harness. */
export function describeKeys(current: () => StateStoreHarness): void {
  let store: StateStore

  beforeEach(() => {
    store = current().store
  })

  describe('keys', () => {
    test('are loaded in the order asked; one that was never written is undefined', async () => {
      const {epoch} = await store.open(0)
      await store.commit(0, commitOf(epoch, 0, 2, {keys: [added('u1', 't1'), added('u2', 't2')]}))
      const loaded = await store.load(0, ['u2', 'nobody', 'u1', 'u2'])
      expect(loaded.map((key) => key?.events.map(({id}) => id))).toEqual([['t2'], undefined, ['t1'], ['t2']])
      expect(await store.load(0, [])).toEqual([])
    })

    test('an event comes back as it was, its missing fields missing', async () => {
      const {epoch} = await store.open(0)
      const fields = {
        amount: 0.1 + 0.2,
        merchant_id: 'm/1',
        flag: false,
        missing: undefined,
        tags: ['a', {b: null}],
        text: 'line\n"😀"',
      }
      const event = transaction('t1', at(-5), fields)
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [keyChange('u1', {appended: [event]})]}))
      const [loaded] = (await load(store, 'u1'))?.events ?? []
      const {stream, time, id, contentHash} = event
      expect(loaded).toEqual({stream, time, id, contentHash, fields})
    })

    test('numbers that JSON cannot say come back as they were', async () => {
      const {epoch} = await store.open(0)
      const fields = {huge: Number.POSITIVE_INFINITY, zero: -0, nested: {low: [Number.NEGATIVE_INFINITY]}}
      const event = transaction('t1', NOON, fields)
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [keyChange('u1', {appended: [event]})]}))
      expect((await load(store, 'u1'))?.events[0]?.fields).toStrictEqual(fields)
    })

    test('events before 1970 and after come back in time order', async () => {
      const {epoch} = await store.open(0)
      const times = [5, -1, 0, -62_135_596_800_000, 253_402_300_799_999, -2, NOON].map(
        (ms) => ms as EventTime,
      )
      const appended = times.map((time) => transaction(`t${time}`, time))
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [keyChange('u1', {appended})]}))
      const loaded = (await load(store, 'u1'))?.events.map(({time}) => time)
      expect(loaded).toEqual([...times].sort((a, b) => a - b))
    })

    test('events of the same time, stream or id stay apart', async () => {
      const {epoch} = await store.open(0)
      const appended = [
        transaction('1'),
        transaction('2'),
        {...transaction('1'), stream: 'locations'},
        transaction('1', at(1)),
      ]
      await store.commit(0, commitOf(epoch, 0, 4, {keys: [keyChange('u1', {appended})]}))
      const removed = [{stream: 'transactions', time: NOON, id: '1'}]
      await store.commit(0, commitOf(epoch, 4, 5, {keys: [keyChange('u1', {removed})]}))
      const left = (await load(store, 'u1'))?.events.map(({stream, time, id}) => [stream, time, id])
      expect(left?.sort()).toEqual([
        ['locations', NOON, '1'],
        ['transactions', NOON, '2'],
        ['transactions', at(1), '1'],
      ])
    })

    test('a deadline is listed at the next opening until it is taken back; another leaves it', async () => {
      const {epoch} = await store.open(0)
      const waiting = keyChange('u1', {deadline: at(7), appended: [transaction('t1')]})
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [waiting, keyChange('u2', {deadline: at(9)})]}))
      const second = await store.open(0)
      expect([...second.deadlines].sort()).toEqual([
        ['u1', at(7)],
        ['u2', at(9)],
      ])
      const changes = [keyChange('u1', {deadline: null}), keyChange('u2', {appended: [transaction('t2')]})]
      await store.commit(0, commitOf(second.epoch, 1, 2, {keys: changes}))
      expect((await store.open(0)).deadlines).toEqual([['u2', at(9)]])
    })

    test('later commits add to a key, and a removed event is gone', async () => {
      const {epoch} = await store.open(0)
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [added('u1', 't1')]}))
      await store.commit(0, commitOf(epoch, 1, 2, {keys: [added('u1', 't2', at(10))]}))
      expect(await ids(store, 0, 'u1')).toEqual(['t1', 't2'])
      const removed = [{stream: 'transactions', time: NOON, id: 't1'}]
      await store.commit(0, commitOf(epoch, 2, 3, {keys: [keyChange('u1', {removed})]}))
      expect(await ids(store, 0, 'u1')).toEqual(['t2'])
    })

    test('an event that is added and removed in one commit is not there', async () => {
      const {epoch} = await store.open(0)
      const removed = [{stream: 'transactions', time: NOON, id: 't1'}]
      const change = keyChange('u1', {appended: [transaction('t1')], removed})
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [change]}))
      expect(await load(store, 'u1')).toBeUndefined()
    })

    test('a key that is changed twice in one commit is as the second change leaves it', async () => {
      const {epoch} = await store.open(0)
      const first = keyChange('u1', {appended: [transaction('t1'), transaction('t2', at(1))], expiry: NOON})
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [first, keyChange('u2', {expiry: NOON})]}))
      const removed = [{stream: 'transactions', time: NOON, id: 't1'}]
      const keys = [
        keyChange('u1', {removed, judgement: null, expiry: null, deadline: at(3)}),
        keyChange('u1', {
          appended: [transaction('t3', at(2))],
          judgement: JUDGEMENT,
          expiry: at(1),
          deadline: null,
        }),
        keyChange('u2', {expiry: at(1)}),
        keyChange('u2', {expiry: null}),
      ]
      await store.commit(0, commitOf(epoch, 1, 2, {keys}))
      expect(await ids(store, 0, 'u1')).toEqual(['t2', 't3'])
      expect((await load(store, 'u1'))?.judgement).toEqual(JUDGEMENT)
      const {expiries, deadlines} = await store.open(0)
      expect(expiries).toEqual([['u1', at(1)]])
      expect(deadlines).toEqual([])
    })

    test('a key without events and judgement has no state', async () => {
      const {epoch} = await store.open(0)
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [added('u1', 't1', NOON, JUDGEMENT)]}))
      const removed = [{stream: 'transactions', time: NOON, id: 't1'}]
      const emptied = keyChange('u1', {removed, judgement: null, expiry: null})
      await store.commit(0, commitOf(epoch, 1, 2, {keys: [emptied]}))
      expect(await load(store, 'u1')).toBeUndefined()
    })

    test('a judgement is replaced, left alone by undefined, and removed by null', async () => {
      const {epoch} = await store.open(0)
      const without = {...JUDGEMENT, rules: []}
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [added('u1', 't1', NOON, JUDGEMENT)]}))
      await store.commit(0, commitOf(epoch, 1, 2, {keys: [added('u1', 't2', at(1))]}))
      expect((await load(store, 'u1'))?.judgement).toEqual(JUDGEMENT)
      await store.commit(0, commitOf(epoch, 2, 3, {keys: [keyChange('u1', {judgement: without})]}))
      expect((await load(store, 'u1'))?.judgement).toEqual(without)
      await store.commit(0, commitOf(epoch, 3, 4, {keys: [keyChange('u1', {judgement: null})]}))
      expect((await load(store, 'u1'))?.judgement).toBeUndefined()
      expect(await ids(store, 0, 'u1')).toEqual(['t1', 't2'])
    })

    test('what is left for features is replaced, left alone where absent, and removed by null', async () => {
      const {epoch} = await store.open(0)
      const none = keyChange('u1', {expiry: NOON})
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [{...none, features: 'rows'}]}))
      await store.commit(0, commitOf(epoch, 1, 2, {keys: [added('u1', 't1', NOON)]}))
      expect(await load(store, 'u1')).toMatchObject({features: 'rows', events: [{id: 't1'}]})
      await store.commit(0, commitOf(epoch, 2, 3, {keys: [{...none, features: 'others'}]}))
      expect((await load(store, 'u1'))?.features).toBe('others')
      await store.commit(0, commitOf(epoch, 3, 4, {keys: [{...none, features: null}]}))
      expect((await load(store, 'u1'))?.features).toBeUndefined()
    })

    test('a key that is left with nothing but features has a state', async () => {
      const {epoch} = await store.open(0)
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [added('u1', 't1', NOON)]}))
      const removed = [{stream: 'transactions', time: NOON, id: 't1'}]
      const change = keyChange('u1', {removed, expiry: at(1)})
      await store.commit(0, commitOf(epoch, 1, 2, {keys: [{...change, features: 'rows'}]}))
      expect(await load(store, 'u1')).toEqual({events: [], judgement: undefined, features: 'rows'})
      expect((await store.open(0)).expiries).toEqual([['u1', at(1)]])
    })

    test('keys of any characters keep to themselves', async () => {
      const {epoch} = await store.open(0)
      const keys = STRANGE_IDS.map((key, i) =>
        keyChange(key, {appended: [transaction(`t${i}`)], expiry: at(i)}),
      )
      await store.commit(0, commitOf(epoch, 0, 1, {keys}))
      const restarted = await current().restart()
      const loaded = await restarted.load(0, STRANGE_IDS)
      expect(loaded.map((key) => key?.events.map(({id}) => id))).toEqual(STRANGE_IDS.map((_, i) => [`t${i}`]))
      const opened = await restarted.open(0)
      expect(new Map(opened.expiries)).toEqual(new Map(STRANGE_IDS.map((key, i) => [key, at(i)])))
    })

    test('event ids and streams of any characters keep to themselves', async () => {
      const {epoch} = await store.open(0)
      const appended = STRANGE_IDS.flatMap((id) => [transaction(id), {...transaction(id), stream: `s${id}`}])
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [keyChange('u1', {appended})]}))
      expect((await ids(store, 0, 'u1'))?.sort()).toEqual([...STRANGE_IDS, ...STRANGE_IDS].sort())
      const removed = STRANGE_IDS.map((id) => ({stream: `s${id}`, time: NOON, id}))
      await store.commit(0, commitOf(epoch, 1, 2, {keys: [keyChange('u1', {removed})]}))
      expect((await ids(store, 0, 'u1'))?.sort()).toEqual([...STRANGE_IDS].sort())
    })

    test('one key can have 10,000 events', async () => {
      const {epoch} = await store.open(0)
      const appended = Array.from({length: 10_000}, (_, i) => transaction(`t${i}`, at(i)))
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [keyChange('hot', {appended})]}))
      const events = (await load(store, 'hot'))?.events ?? []
      expect(events).toHaveLength(10_000)
      expect(events.map(({time}) => time)).toEqual(appended.map(({time}) => time))
      const removed = appended.slice(0, 9_999)
      await store.commit(0, commitOf(epoch, 1, 2, {keys: [keyChange('hot', {removed})]}))
      expect(await ids(store, 0, 'hot')).toEqual(['t9999'])
    })
  })

  describe('expiries', () => {
    test('list each key once, by its last expiry; null takes it off the list', async () => {
      const {epoch} = await store.open(0)
      const keys = ['u1', 'u2', 'u3'].map((key) => keyChange(key, {expiry: NOON}))
      await store.commit(0, commitOf(epoch, 0, 1, {keys}))
      const changes = [keyChange('u1', {expiry: at(7)}), keyChange('u2', {expiry: null}), added('u3', 't1')]
      await store.commit(0, commitOf(epoch, 1, 2, {keys: changes}))
      const {expiries} = await store.open(0)
      expect([...expiries].sort()).toEqual([
        ['u1', at(7)],
        ['u3', NOON],
      ])
    })

    test('may be never', async () => {
      const {epoch} = await store.open(0)
      const never = Number.POSITIVE_INFINITY as EventTime
      await store.commit(0, commitOf(epoch, 0, 1, {keys: [keyChange('u1', {expiry: never})]}))
      expect((await store.open(0)).expiries).toEqual([['u1', never]])
    })
  })
}
