import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import type {InForce} from '../../src/core/bundle/in-force.js'
import type {Fields} from '../../src/core/event/stored-event.js'
import type {EventTime, WallTime} from '../../src/core/event/time.js'
import {OffsetMismatchError, StaleEpochError, type StateStore} from '../../src/engine/port/state-store.js'
import {
  alertRecord,
  at,
  checkpoint,
  commitOf,
  deadLetter,
  decisionRecord,
  keyChange,
  NOON,
  outboxEntry,
  transaction,
} from './samples.js'
import {added, ids, JUDGEMENT, load, type StateStoreHarness} from './state-store-harness.js'
import {describeKeys} from './state-store-keys.js'

/** What every state store keeps to. */
export function describeStateStore(name: string, make: () => Promise<StateStoreHarness>): void {
  describe(`state store: ${name}`, () => {
    let harness: StateStoreHarness
    let store: StateStore

    beforeEach(async () => {
      harness = await make()
      store = harness.store
    })
    afterEach(() => harness.dispose())

    describe('ownership', () => {
      test('a partition that nobody owned is empty and begins at epoch 1', async () => {
        expect(await store.open(0)).toEqual({
          epoch: 1,
          checkpoint: undefined,
          inForce: undefined,
          expiries: [],
          deadlines: [],
          profiles: [],
          visits: [],
          outbox: [],
        })
      })

      test('each owner gets a higher epoch, also after a restart', async () => {
        const first = await store.open(0)
        const second = await store.open(0)
        const third = await (await harness.restart()).open(0)
        expect(second.epoch).toBeGreaterThan(first.epoch)
        expect(third.epoch).toBeGreaterThan(second.epoch)
      })

      test('the commit of an earlier owner is refused and writes nothing', async () => {
        const earlier = await store.open(0)
        const owner = await store.open(0)
        await store.commit(0, commitOf(owner.epoch, 0, 5, {keys: [added('u1', 't1')]}))
        const before = await everything(store, ['u1', 'u2'])
        const zombie = commitOf(earlier.epoch, 5, 9, fullChange('u2', 't9'))
        await expect(store.commit(0, zombie)).rejects.toThrow(StaleEpochError)
        expect(await everything(store, ['u1', 'u2'])).toEqual(before)
      })

      test('an epoch that was never given out is refused', async () => {
        await expect(store.commit(0, commitOf(0, 0, 1))).rejects.toThrow(StaleEpochError)
        const {epoch} = await store.open(0)
        await expect(store.commit(0, commitOf(epoch + 1, 0, 1))).rejects.toThrow(StaleEpochError)
      })

      test('partitions are owned and kept apart', async () => {
        const zero = await store.open(0)
        await store.open(1)
        const one = await store.open(1)
        await store.commit(0, commitOf(zero.epoch, 0, 3, {keys: [added('u1', 't1')]}))
        await store.commit(1, commitOf(one.epoch, 0, 7, {keys: [added('u1', 't2')]}))
        expect(await ids(store, 0, 'u1')).toEqual(['t1'])
        expect(await ids(store, 1, 'u1')).toEqual(['t2'])
        expect((await store.open(1)).checkpoint?.offset).toBe(7)
      })
    })

    describe('commits', () => {
      test('a commit that does not begin where the partition stands is refused and writes nothing', async () => {
        const {epoch} = await store.open(0)
        await store.commit(0, commitOf(epoch, 0, 5, {keys: [added('u1', 't1')]}))
        for (const from of [0, 4, 6]) {
          const misplaced = commitOf(epoch, from, 9, fullChange('u1', 't9'))
          await expect(store.commit(0, misplaced)).rejects.toThrow(OffsetMismatchError)
        }
        expect(await ids(store, 0, 'u1')).toEqual(['t1'])
        expect(await store.open(0)).toMatchObject({
          checkpoint: {offset: 5},
          expiries: [],
          deadlines: [],
          profiles: [],
          visits: [],
          outbox: [],
        })
      })

      test('of two commits from the same offset at the same time, one counts', async () => {
        const {epoch} = await store.open(0)
        const results = await Promise.allSettled([
          store.commit(0, commitOf(epoch, 0, 5, {keys: [added('u1', 't1')]})),
          store.commit(0, commitOf(epoch, 0, 6, {keys: [added('u1', 't2')]})),
        ])
        expect(results.map(({status}) => status).sort()).toEqual(['fulfilled', 'rejected'])
        expect(await ids(store, 0, 'u1')).toHaveLength(1)
      })

      test('everything of a commit is there after a restart', async () => {
        const {epoch} = await store.open(0)
        const change = fullChange('u1', 't1')
        await store.commit(0, commitOf(epoch, 0, 5, change))
        const restarted = await harness.restart()
        const opened = await restarted.open(0)
        expect(opened.checkpoint).toEqual(checkpoint(5, {outboxSequence: 1}))
        expect(opened.expiries).toEqual([['u1', NOON]])
        expect(opened.profiles.map(({id}) => id)).toEqual(['m1@5'])
        expect(opened.visits).toEqual(change.visits)
        expect(opened.outbox).toHaveLength(1)
        expect(await load(restarted, 'u1')).toMatchObject({judgement: JUDGEMENT, events: [{id: 't1'}]})
      })

      test('the next owner goes on from the checkpoint', async () => {
        const first = await store.open(0)
        await store.commit(0, commitOf(first.epoch, 0, 5))
        const second = await store.open(0)
        await store.commit(0, commitOf(second.epoch, 5, 8))
        expect((await store.open(0)).checkpoint).toEqual(checkpoint(8))
      })

      test('the positions of several topics come back with the offset they were stored with', async () => {
        const {epoch} = await store.open(0)
        const positions = {'shop.transactions/0': 3, 'shop.merchants/0': 2 ** 53 - 1, 'shop.locations/0': 0}
        await store.commit(0, commitOf(epoch, 0, 5, {checkpoint: checkpoint(5, {positions})}))
        const restarted = await harness.restart()
        expect((await restarted.open(0)).checkpoint).toEqual(checkpoint(5, {positions}))
      })

      test('what is handed in may change afterwards without changing what was stored', async () => {
        const {epoch} = await store.open(0)
        const event = {...transaction('t1'), fields: {amount: 1}}
        const stand = checkpoint(5)
        const committing = store.commit(
          0,
          commitOf(epoch, 0, 5, {checkpoint: stand, keys: [keyChange('u1', {appended: [event]})]}),
        )
        event.fields.amount = 2
        stand.time.watermark = at(999)
        await committing
        expect((await load(store, 'u1'))?.events[0]?.fields).toEqual({amount: 1})
        expect((await store.open(0)).checkpoint?.time.watermark).toBe(at(5))
      })
    })

    describeKeys(() => harness)

    describe('bundles in force', () => {
      const inForce = (bundle: string, offset: number): InForce => ({
        bundle,
        offset,
        at: NOON as number as WallTime,
        rules: [{id: 'geo-jump', version: 2, since: NOON, exactFrom: null}],
        coverage: {history: at(-5)},
        time: {watermark: at(0), lateUpTo: at(-1), settledUpTo: null, resolvedUpTo: at(0)},
        backfill: [{id: 'geo-jump', from: at(-1)}],
        isBackfilling: true,
      })

      test('how the last one came to be so is told to the next owner; a commit that says nothing leaves it', async () => {
        const {epoch} = await store.open(0)
        await store.commit(0, commitOf(epoch, 0, 5, {inForce: inForce('b1', 4)}))
        await store.commit(0, commitOf(epoch, 5, 6, {inForce: inForce('b2', 5)}))
        await store.commit(0, commitOf(epoch, 6, 9))
        expect((await (await harness.restart()).open(0)).inForce).toEqual(inForce('b2', 5))
        const done = {...inForce('b2', 5), isBackfilling: false}
        const again = await harness.restart()
        await again.commit(0, commitOf((await again.open(0)).epoch, 9, 10, {inForce: done}))
        expect((await again.open(0)).inForce).toEqual(done)
      })
    })

    describe('added fields', () => {
      const addition = (id: string, fields: Fields, contentHash = 2 ** 53 - 1) => ({
        key: 'u1',
        stream: 'transactions',
        time: NOON,
        id,
        contentHash,
        fields,
      })

      test('are there when the key is loaded; what the event had stays as it was', async () => {
        const {epoch} = await store.open(0)
        await store.commit(0, commitOf(epoch, 0, 1, {keys: [added('u1', 't1')]}))
        await store.addFields(0, [addition('t1', {mcc: '7995', amount: 1, ip: undefined, odd: -0})])
        await store.addFields(0, [addition('t1', {mcc: '0000'})])
        const [event] = (await load(await harness.restart(), 'u1'))?.events ?? []
        expect(event?.fields).toEqual({amount: 12.5, mcc: '7995', odd: -0})
      })

      test('are given to an event that has such a field as a missing one', async () => {
        const {epoch} = await store.open(0)
        const event = transaction('t1', NOON, {amount: 12.5, mcc: undefined})
        await store.commit(0, commitOf(epoch, 0, 1, {keys: [keyChange('u1', {appended: [event]})]}))
        await store.addFields(0, [addition('t1', {mcc: '7995'})])
        expect((await load(store, 'u1'))?.events[0]?.fields).toEqual({amount: 12.5, mcc: '7995'})
      })

      test('are passed over for events that are not kept, and for others under the same id', async () => {
        const {epoch} = await store.open(0)
        await store.commit(0, commitOf(epoch, 0, 1, {keys: [added('u1', 't1')]}))
        await store.addFields(0, [
          addition('t1', {mcc: '1'}, 7),
          addition('t2', {mcc: '1'}),
          {...addition('t1', {mcc: '1'}), key: 'u2'},
        ])
        expect((await load(store, 'u1'))?.events.map(({fields}) => fields)).toEqual([{amount: 12.5}])
        expect(await load(store, 'u2')).toBeUndefined()
      })

      test('do not bring back what a commit removes at the same time', async () => {
        const {epoch} = await store.open(0)
        await store.commit(0, commitOf(epoch, 0, 1, {keys: [added('u1', 't1')]}))
        const removed = [{stream: 'transactions', time: NOON, id: 't1'}]
        await Promise.all([
          store.commit(0, commitOf(epoch, 1, 2, {keys: [keyChange('u1', {removed})]})),
          store.addFields(0, [addition('t1', {mcc: '1'})]),
        ])
        expect(await load(store, 'u1')).toBeUndefined()
      })
    })

    describe('profiles', () => {
      test('all versions are there when a partition is opened', async () => {
        const {epoch} = await store.open(0)
        const version = (id: string, time: EventTime) => ({
          ...transaction(id, time, {merchant_id: 'm1', risk: 0.5}),
          stream: 'merchants',
        })
        await store.commit(
          0,
          commitOf(epoch, 0, 2, {profiles: [version('m1@1', at(1)), version('m1@2', at(2))]}),
        )
        await store.commit(0, commitOf(epoch, 2, 3, {profiles: [version('m/2@1', at(1))]}))
        const {profiles} = await store.open(0)
        expect(profiles.map(({id}) => id).sort()).toEqual(['m/2@1', 'm1@1', 'm1@2'])
        expect(profiles[0]).toMatchObject({stream: 'merchants', fields: {merchant_id: 'm1', risk: 0.5}})
      })
    })

    describe('visits', () => {
      const visit = (merchant: string, key: string, time: EventTime) => ({merchant, key, time})

      test('up to the settled time go, later ones stay', async () => {
        const {epoch} = await store.open(0)
        const visits = [
          visit('m1', 'u1', at(-1)),
          visit('m1', 'u2', at(0)),
          visit('m/1', 'u1', at(1)),
          visit('m1', 'u1', at(2)),
        ]
        await store.commit(0, commitOf(epoch, 0, 1, {visits}))
        expect((await store.open(0)).visits).toHaveLength(4)
        const owner = await store.open(0)
        await store.commit(0, commitOf(owner.epoch, 1, 2, {visitsSettledUpTo: at(0)}))
        const left = (await store.open(0)).visits
        expect(left).toEqual([visit('m/1', 'u1', at(1)), visit('m1', 'u1', at(2))])
      })

      test('older than what has settled are settled by the next commit', async () => {
        const {epoch} = await store.open(0)
        await store.commit(0, commitOf(epoch, 0, 1, {visitsSettledUpTo: at(100)}))
        const old = [visit('m1', 'u1', at(50)), visit('m1', 'u1', at(60))]
        await store.commit(0, commitOf(epoch, 1, 2, {visits: old, visitsSettledUpTo: at(55)}))
        await store.commit(0, commitOf(epoch, 2, 3, {visitsSettledUpTo: at(55)}))
        const owner = await store.open(0)
        expect(owner.visits).toEqual([visit('m1', 'u1', at(60))])
        await store.commit(0, commitOf(owner.epoch, 3, 4, {visitsSettledUpTo: at(100)}))
        expect((await store.open(0)).visits).toEqual([])
      })

      test('all go at the end of time', async () => {
        const {epoch} = await store.open(0)
        await store.commit(0, commitOf(epoch, 0, 1, {visits: [visit('m1', 'u1', at(1))]}))
        const end = Number.POSITIVE_INFINITY as EventTime
        await store.commit(0, commitOf(epoch, 1, 2, {visitsSettledUpTo: end}))
        expect((await store.open(0)).visits).toEqual([])
      })
    })

    describe('outbox', () => {
      test('the next owner gets what may not have been published, in sequence', async () => {
        const {epoch} = await store.open(0)
        for (let n = 1; n <= 12; n++) {
          const outbox = outboxEntry(n, {decisions: [decisionRecord(`t${n}`)]})
          await store.commit(0, commitOf(epoch, n - 1, n, {outbox, publishedUpTo: Math.max(0, n - 11)}))
        }
        const {outbox} = await (await harness.restart()).open(0)
        expect(outbox.map(({sequence}) => sequence)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
        expect(outbox[0]?.decisions).toEqual([decisionRecord('t2')])
      })

      test('an entry comes back as it was', async () => {
        const {epoch} = await store.open(0)
        const outbox = outboxEntry(1, {
          alerts: [alertRecord('a1')],
          decisions: [decisionRecord('t1')],
          deadLetters: [deadLetter(3, {raw: null})],
          late: [{stream: 'locations', offset: 4, bytes: Uint8Array.of(0, 255, 10, 128)}],
        })
        await store.commit(0, commitOf(epoch, 0, 5, {outbox}))
        const [found] = (await store.open(0)).outbox
        expect({...found, late: found?.late.map((late) => ({...late, bytes: [...late.bytes]}))}).toEqual({
          ...outbox,
          late: [{stream: 'locations', offset: 4, bytes: [0, 255, 10, 128]}],
        })
      })

      test('published entries are gone, over restarts and owners', async () => {
        const first = await store.open(0)
        await store.commit(0, commitOf(first.epoch, 0, 1, {outbox: outboxEntry(1)}))
        await store.commit(0, commitOf(first.epoch, 1, 2, {outbox: outboxEntry(2), publishedUpTo: 1}))
        const restarted = await harness.restart()
        const second = await restarted.open(0)
        expect(second.outbox.map(({sequence}) => sequence)).toEqual([2])
        const last = {checkpoint: checkpoint(3, {outboxSequence: 2}), publishedUpTo: 2}
        await restarted.commit(0, commitOf(second.epoch, 2, 3, last))
        expect((await restarted.open(0)).outbox).toEqual([])
      })
    })
  })
}

/** One of everything that a commit can hold. */
function fullChange(key: string, id: string) {
  return {
    keys: [keyChange(key, {appended: [transaction(id)], judgement: JUDGEMENT, expiry: NOON})],
    profiles: [{...transaction('m1@5'), stream: 'merchants'}],
    visits: [{merchant: 'm1', key, time: NOON}],
    outbox: outboxEntry(1, {decisions: [decisionRecord(id)]}),
  }
}

/** All that is kept of partition 0, the epoch aside. */
async function everything(store: StateStore, keys: readonly string[]) {
  const {epoch: _, ...opened} = await store.open(0)
  return {...opened, keys: await store.load(0, keys)}
}
