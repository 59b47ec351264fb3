import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {formatTime} from '../../src/core/event/time.js'
import type {Publisher} from '../../src/engine/port/publisher.js'
import {
  type AlertFilter,
  InvalidCursorError,
  type Page,
  type ReadModel,
} from '../../src/engine/port/read-model.js'
import type {LateInput} from '../../src/engine/port/state-store.js'
import {alertRecord, at, deadLetter, decisionRecord, NOON, outboxEntry, STRANGE_IDS} from './samples.js'

/** The ports, and what the adapters offer besides. */
export interface FullReadModel extends Publisher, ReadModel {
  markReplayed(id: string): Promise<{readonly replays: number} | undefined>
  lateInputs(
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<LateInput & {readonly partition: number}>>
  lateCount(): Promise<number>
  expire(before: number): Promise<{readonly alerts: number; readonly decisions: number}>
}

export interface ReadModelHarness {
  readonly model: FullReadModel
  dispose(): Promise<void>
}

/** What every read model keeps to. */
export function describeReadModel(name: string, make: () => Promise<ReadModelHarness>): void {
  describe(`read model: ${name}`, () => {
    let harness: ReadModelHarness
    let model: FullReadModel
    let sequence = 0

    beforeEach(async () => {
      harness = await make()
      model = harness.model
    })
    afterEach(() => harness.dispose())

    const publish = (change: Parameters<typeof outboxEntry>[1]) =>
      model.publish(outboxEntry(++sequence, change))
    const alertIds = async (filter: AlertFilter) =>
      (await model.alerts(filter, 100, undefined)).items.map(({alert}) => alert.alert_id)

    describe('alerts', () => {
      test('an alert that was published can be read, an unknown one is undefined', async () => {
        await publish({alerts: [alertRecord('a1')]})
        expect(await model.alert('a1')).toEqual({status: 'open', alert: alertRecord('a1')})
        expect(await model.alert('a2')).toBeUndefined()
      })

      test('the highest revision stands, in whatever order they come', async () => {
        const opened = alertRecord('a1', {revision: 0})
        const amended = alertRecord('a1', {type: 'alert.amended', revision: 1, score: 90})
        await publish({alerts: [amended]})
        await publish({alerts: [opened]})
        expect((await model.alert('a1'))?.alert).toEqual(amended)
        expect(await alertIds({})).toEqual(['a1'])
      })

      test('an entry that is published twice counts once', async () => {
        const entry = outboxEntry(1, {
          alerts: [alertRecord('a1'), alertRecord('a1', {type: 'alert.retracted', revision: 1})],
          decisions: [decisionRecord('t1'), decisionRecord('t1', {revision: 1, decision: 'review'})],
          deadLetters: [deadLetter(3)],
          late: [{stream: 'locations', offset: 4, bytes: Uint8Array.of(1)}],
        })
        await model.publish(entry)
        await model.markReplayed('0-3')
        await model.publish(entry)
        expect(await model.alert('a1')).toMatchObject({status: 'retracted', alert: {revision: 1}})
        expect(await alertIds({})).toEqual(['a1'])
        expect(await model.decision('t1')).toMatchObject({revision: 1, decision: 'review'})
        expect((await model.deadLetters(undefined, 10, undefined)).items).toMatchObject([
          {id: '0-3', replays: 1},
        ])
        expect(await model.lateCount()).toBe(1)
      })

      test('a retracted alert says so, and one that comes back is open', async () => {
        await publish({alerts: [alertRecord('a1')]})
        await publish({alerts: [alertRecord('a1', {type: 'alert.retracted', revision: 1})]})
        expect((await model.alert('a1'))?.status).toBe('retracted')
        expect(await alertIds({status: 'open'})).toEqual([])
        await publish({alerts: [alertRecord('a1', {type: 'alert.opened', revision: 2})]})
        expect((await model.alert('a1'))?.status).toBe('open')
        await publish({alerts: [alertRecord('a1', {type: 'alert.amended', revision: 3})]})
        expect((await model.alert('a1'))?.status).toBe('open')
      })

      test('are listed with the newest event time first, then by id', async () => {
        await publish({
          alerts: [
            alertRecord('old', {event_time: formatTime(at(-1_000))}),
            alertRecord('b'),
            alertRecord('new', {event_time: formatTime(at(1_000))}),
            alertRecord('a'),
            alertRecord('ancient', {event_time: '1965-01-01T00:00:00.000Z'}),
          ],
        })
        expect(await alertIds({})).toEqual(['new', 'a', 'b', 'old', 'ancient'])
      })

      test('are narrowed by status, rule, severity and user', async () => {
        await publish({
          alerts: [
            alertRecord('a1'),
            alertRecord('a2', {rule: {id: 'burst', version: 2}}),
            alertRecord('a3', {severity: 'low'}),
            alertRecord('a4', {key: {name: 'user_id', value: 'u/2'}}),
            alertRecord('a5', {key: {name: 'merchant_id', value: 'u/2'}}),
            alertRecord('a6', {type: 'alert.retracted', revision: 1}),
            alertRecord('a7', {mode: 'shadow', severity: 'critical', key: {name: 'user_id', value: 'u7'}}),
          ],
        })
        expect(await alertIds({mode: 'shadow'})).toEqual(['a7'])
        expect(await alertIds({assignee: 'ana'})).toEqual([])
        expect(await alertIds({rule: 'burst'})).toEqual(['a2'])
        expect(await alertIds({severity: 'low'})).toEqual(['a3'])
        expect(await alertIds({user: 'u/2'})).toEqual(['a4'])
        expect(await alertIds({status: 'retracted'})).toEqual(['a6'])
        expect(await alertIds({status: 'open', user: 'u1', severity: 'high', rule: 'geo-jump'})).toEqual([
          'a1',
        ])
        expect(await alertIds({rule: undefined, user: 'nobody'})).toEqual([])
      })

      test('are narrowed by event time, from inclusive, to exclusive', async () => {
        const alerts = [-1, 0, 1, 2].map((ms) => alertRecord(`a${ms}`, {event_time: formatTime(at(ms))}))
        await publish({alerts})
        expect(await alertIds({from: at(0), to: at(2)})).toEqual(['a1', 'a0'])
        expect(await alertIds({from: at(1)})).toEqual(['a2', 'a1'])
        expect(await alertIds({to: at(0)})).toEqual(['a-1'])
        expect(await alertIds({from: at(1), to: at(1)})).toEqual([])
        expect(await alertIds({from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY})).toHaveLength(4)
      })

      test('pages follow one another without gap or repetition, and the last has no cursor', async () => {
        const alerts = Array.from({length: 450}, (_, i) =>
          alertRecord(`a${i}`, {
            event_time: formatTime(at(Math.floor(i / 7) * 1_000)),
            severity: i % 3 === 0 ? 'low' : 'high',
          }),
        )
        await publish({alerts})
        for (const filter of [{}, {severity: 'low'}, {from: at(10_000), to: at(40_000)}]) {
          const whole = (await model.alerts(filter, 1_000, undefined)).items
          expect(whole.length).toBeGreaterThan(0)
          const paged = await allPages((cursor) => model.alerts(filter, 30, cursor))
          expect(paged).toEqual(whole)
        }
        expect((await model.alerts({}, 450, undefined)).cursor).toBeUndefined()
      })

      test('a page goes on from its cursor though newer alerts came in between', async () => {
        await publish({alerts: ['a', 'b', 'c'].map((id) => alertRecord(id))})
        const first = await model.alerts({}, 2, undefined)
        await publish({alerts: [alertRecord('newer', {event_time: formatTime(at(5))})]})
        const second = await model.alerts({}, 2, first.cursor)
        expect(second.items.map(({alert}) => alert.alert_id)).toEqual(['c'])
      })

      test('ids of any characters keep to themselves', async () => {
        await publish({alerts: STRANGE_IDS.map((id) => alertRecord(id, {reason: id}))})
        for (const id of STRANGE_IDS) expect((await model.alert(id))?.alert.reason).toBe(id)
        const paged = await allPages((cursor) => model.alerts({}, 3, cursor))
        expect(paged.map(({alert}) => alert.alert_id).sort()).toEqual([...STRANGE_IDS].sort())
      })
    })

    describe('decisions', () => {
      test('the highest revision stands, in whatever order they come', async () => {
        await publish({decisions: [decisionRecord('t1', {revision: 2, decision: 'decline'})]})
        await publish({decisions: [decisionRecord('t1', {revision: 1}), decisionRecord('t2')]})
        expect(await model.decision('t1')).toMatchObject({revision: 2, decision: 'decline'})
        expect(await model.decision('t2')).toEqual(decisionRecord('t2'))
        expect(await model.decision('t3')).toBeUndefined()
      })

      test('of users with the same transaction id are kept apart; the newest transaction is found', async () => {
        const older = decisionRecord('t1', {user_id: 'u1', revision: 5})
        const newer = decisionRecord('t1', {user_id: 'u2', event_time: formatTime(at(9))})
        await publish({decisions: [newer, older]})
        expect(await model.decision('t1')).toEqual(newer)
        expect(await model.decision('t1', 'u1')).toEqual(older)
        expect(await model.decision('t1', 'u2')).toEqual(newer)
        expect(await model.decision('t1', 'u3')).toBeUndefined()
        await model.publish(outboxEntry(++sequence, {decisions: [{...older, revision: 6}]}))
        expect(await model.decision('t1')).toEqual(newer)
      })

      test('an id that comes again with a later time is another transaction', async () => {
        await publish({decisions: [decisionRecord('t1', {revision: 3})]})
        const again = decisionRecord('t1', {event_time: formatTime(at(90_000_000))})
        await publish({decisions: [again]})
        await publish({decisions: [decisionRecord('t1', {revision: 4})]})
        expect(await model.decision('t1')).toEqual(again)
      })

      test('transaction ids of any characters keep to themselves', async () => {
        await publish({
          decisions: STRANGE_IDS.map((id, i) => decisionRecord(id, {user_id: id, latency_ms: i})),
        })
        for (const [i, id] of STRANGE_IDS.entries()) expect((await model.decision(id))?.latency_ms).toBe(i)
      })
    })

    describe('dead letters', () => {
      test('are listed in the order of their origin and narrowed by reason', async () => {
        const origin = {topic: 'locations', partition: 1, offset: 2}
        await publish({deadLetters: [deadLetter(20), deadLetter(3), deadLetter(1, {origin})]})
        await publish({deadLetters: [deadLetter(7, {reason: 'bad_schema'})]})
        const idsOf = async (reason: string | undefined) =>
          (await model.deadLetters(reason, 10, undefined)).items.map(({id}) => id)
        expect(await idsOf(undefined)).toEqual(['0-3', '0-7', '0-20', '1-2'])
        expect(await idsOf('bad_schema')).toEqual(['0-7'])
        expect(await idsOf('too_large')).toEqual([])
      })

      test('pages follow one another', async () => {
        const deadLetters = Array.from({length: 25}, (_, i) =>
          deadLetter(i, {reason: i % 2 === 0 ? 'bad_json' : 'bad_schema'}),
        )
        await publish({deadLetters})
        const paged = await allPages((cursor) => model.deadLetters('bad_json', 4, cursor))
        expect(paged.map(({letter}) => letter.origin.offset)).toEqual([
          0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24,
        ])
      })

      test('one is found by its id, and counts its replays', async () => {
        await publish({deadLetters: [deadLetter(3)]})
        expect(await model.deadLetter('0-3')).toEqual({id: '0-3', letter: deadLetter(3), replays: 0})
        await Promise.all([model.markReplayed('0-3'), model.markReplayed('0-3')])
        expect((await model.deadLetter('0-3'))?.replays).toBe(2)
        for (const id of ['0-4', '0', '0-3-1', '-', '', '0-03', '00-3', '../x', '0-99999999999999999999']) {
          expect(await model.deadLetter(id)).toBeUndefined()
          expect(await model.markReplayed(id)).toBeUndefined()
        }
      })
    })

    describe('late inputs', () => {
      test('are counted and listed in order', async () => {
        const late = (offset: number) => ({stream: 'locations', offset, bytes: Uint8Array.of(offset, 255)})
        await publish({late: [late(9), late(10)]})
        await publish({late: [late(2)]})
        expect(await model.lateCount()).toBe(3)
        const paged = await allPages((cursor) => model.lateInputs(2, cursor))
        expect(
          paged.map(({partition, stream, offset, bytes}) => [partition, stream, offset, ...bytes]),
        ).toEqual([
          [0, 'locations', 2, 2, 255],
          [0, 'locations', 9, 9, 255],
          [0, 'locations', 10, 10, 255],
        ])
      })
    })

    describe('retention', () => {
      test('drops alerts and decisions before a time, and only those', async () => {
        const times = [-2, -1, 0, 1]
        await publish({
          alerts: times.map((ms) => alertRecord(`a${ms}`, {event_time: formatTime(at(ms))})),
          decisions: times.map((ms) => decisionRecord(`t${ms}`, {event_time: formatTime(at(ms))})),
          deadLetters: [deadLetter(1)],
        })
        expect(await model.expire(NOON)).toEqual({alerts: 2, decisions: 2})
        expect(await alertIds({})).toEqual(['a1', 'a0'])
        expect(await model.alert('a-1')).toBeUndefined()
        expect(await model.decision('t-1')).toBeUndefined()
        expect(await model.decision('t0')).toBeDefined()
        expect(await model.deadLetter('0-1')).toBeDefined()
        expect(await model.expire(NOON)).toEqual({alerts: 0, decisions: 0})
      })

      test('drops many at once', async () => {
        const alerts = Array.from({length: 1_001}, (_, i) => alertRecord(`a${i}`))
        const decisions = Array.from({length: 1_001}, (_, i) => decisionRecord(`t${i}`))
        await publish({alerts, decisions})
        expect(await model.expire(at(1))).toEqual({alerts: 1_001, decisions: 1_001})
        expect(await alertIds({})).toEqual([])
      })
    })

    test('a cursor that was not given out is refused', async () => {
      await publish({
        alerts: ['a', 'b'].map((id) => alertRecord(id)),
        deadLetters: [deadLetter(1), deadLetter(2)],
      })
      const {cursor} = await model.alerts({}, 1, undefined)
      const lettersCursor = (await model.deadLetters(undefined, 1, undefined)).cursor
      const foreign = Buffer.from('["alerts"]').toString('base64url')
      for (const wrong of [
        '',
        'x',
        '!!!',
        `${cursor}=`,
        `${cursor}A`,
        lettersCursor ?? '',
        foreign,
        '\u0000',
      ]) {
        await expect(model.alerts({}, 1, wrong)).rejects.toThrow(InvalidCursorError)
      }
      await expect(model.deadLetters(undefined, 1, cursor)).rejects.toThrow(InvalidCursorError)
      await expect(model.lateInputs(1, cursor)).rejects.toThrow(InvalidCursorError)
    })
  })
}

async function allPages<T>(next: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const page = await next(cursor)
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return items
}
