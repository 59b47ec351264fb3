import {expect, test} from 'vitest'
import type {HeardRecord} from '../../../../../src/app/service/cluster/building/heard-records.js'
import {type News, newsOf} from '../../../../../src/app/service/cluster/building/news.js'
import {
  type SaidRecord,
  saidAlert,
  saidDecision,
} from '../../../../../src/app/service/cluster/building/said-records.js'
import type {AlertRecord, DecisionRecord} from '../../../../../src/core/decision/records.js'
import {alertRecord, decisionRecord} from '../../../../conformance/samples.js'

const alert = (change: Partial<AlertRecord> = {}) => saidAlert(alertRecord('a1', change))
const decision = (change: Partial<DecisionRecord> = {}) => saidDecision(decisionRecord('t1', change))
const OTHER_EVENTS = {
  events: [{as: 'tx', stream: 'transactions', id: 't0', event_time: '2026-01-31T11:00:00.000Z'}],
}
const DAY_MS = 86_400_000

function news(
  kept: readonly SaidRecord[],
  heardBefore: readonly SaidRecord[],
  options: {readonly warmUpMs?: number; readonly settledUpTo?: number} = {},
): Promise<News> {
  const heard = new Map<string, HeardRecord>(
    heardBefore.map(({name, revision, content, time, kind, record}) => {
      const standing = kind === 'alert' && record.type !== 'alert.retracted' ? record : undefined
      return [name, {revision, content, time, standing}]
    }),
  )
  return newsOf({
    kept: async function* () {
      yield* kept
    },
    heard,
    settledUpTo: options.settledUpTo ?? Number.NEGATIVE_INFINITY,
    isOwnUser: () => true,
    warmUpMs: options.warmUpMs,
  })
}

test('what the world has heard is not said again, whatever its revision', async () => {
  const before = [alert({revision: 2}), decision({revision: 1})]
  const {news: said, lifts} = await news([alert(), decision()], before)
  expect(said).toEqual([])
  // What changes them later has to be above what was heard.
  expect([...lifts.values()]).toEqual([2, 1])
})

test('what the world has not heard is said as it is', async () => {
  const {news: said, lifts} = await news([alert(), decision()], [])
  expect(said.map(({name, revision}) => [name[0], revision])).toEqual([
    ['a', 0],
    ['d', 0],
  ])
  expect(lifts.size).toBe(0)
})

test('what differs from what was heard is said above it, and so is what follows', async () => {
  const found = alert(OTHER_EVENTS)
  const {news: said, lifts} = await news([found], [alert({revision: 3})])
  expect(said).toEqual([expect.objectContaining({revision: 4})])
  expect(said[0]?.record).toMatchObject({revision: 4, ...OTHER_EVENTS})
  expect(lifts.get(found.name)).toBe(4)
})

test('an alert that was heard and is not found is retracted, and may be opened again', async () => {
  const {name} = alert()
  const {news: said, lifts} = await news([], [alert({revision: 1})])
  expect(said[0]?.record).toMatchObject({type: 'alert.retracted', revision: 2})
  expect(lifts.get(name)).toBe(3)
})

test('one that was retracted before is not retracted again', async () => {
  const {news: said, lifts} = await news([], [alert({type: 'alert.retracted', revision: 1})])
  expect(said).toEqual([])
  expect(lifts.get(alert().name)).toBe(2)
})

test('what is settled is not retracted', async () => {
  const {news: said} = await news([], [alert()], {settledUpTo: alert().time})
  expect(said).toEqual([])
})

test('where the log has lost its beginning, what rests on that is left as it was heard', async () => {
  const first = decision()
  const {news: said} = await news([first, alert(OTHER_EVENTS)], [alert()], {warmUpMs: DAY_MS})
  expect(said).toEqual([])
})
