import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {chooseBackend} from '../../../../src/adapters/tensorflow/backend.js'
import type {LoopResult} from '../../../../src/app/learning/loop/loop-result.js'
import {LOOP_NETWORK, type LoopOptions} from '../../../../src/app/learning/loop/loop-settings.js'
import {loopTable} from '../../../../src/app/learning/loop/loop-words.js'
import {playWeeks} from '../../../../src/app/learning/loop/play-weeks.js'
import {runLoop, writeLoopReport} from '../../../../src/app/learning/loop/run-loop.js'
import {bundleOf} from '../../../support/engine/collected-run.js'

/** Few views, so that it is quick: amounts of a card, and how many share a device. */
const view = (name: string, entity: string, aggregates: readonly object[]) => ({
  ...{schema: 'tripline/feature-view/v1', name, entity, windows: ['1h', '24h'], aggregates},
})
const BUNDLE = bundleOf([
  view('card', 'card_id', [
    {name: 'count', fn: 'count'},
    {name: 'amount', fn: 'sum', of: 'tx.amount'},
    {name: 'most', fn: 'max', of: 'tx.amount'},
  ]),
  view('device', 'device_id', [{name: 'users', fn: 'distinct', of: 'tx.user_id'}]),
  {
    ...{schema: 'tripline/rule/v1', id: 'large', version: 1, title: 'Large', key: 'user_id'},
    ...{severity: 'low', action: 'review', score: 10},
    match: {event: {as: 'tx', stream: 'transactions'}, when: 'tx.amount > 5000.0'},
  },
])

const OPTIONS: LoopOptions = {
  ...{users: 60, weeks: 4, seed: 3, frauds: 5, alertsPerDay: 5},
  network: {...LOOP_NETWORK, hidden: [12], epochs: 12},
}

let result: LoopResult
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-loop-'))
  await chooseBackend('wasm')
  result = await runLoop(OPTIONS, BUNDLE, () => undefined)
}, 120_000)
afterAll(() => rm(folder, {recursive: true, force: true}))

test('both sides begin with the same version, and judge the same transactions', () => {
  const {without_loop, with_loop} = result
  expect(with_loop.weeks[0]).toEqual(without_loop.weeks[0])
  for (const [at, {transactions, fraudulent}] of with_loop.weeks.entries()) {
    expect(without_loop.weeks[at]).toMatchObject({transactions, fraudulent})
    expect(transactions).toBeGreaterThan(1000)
    expect(fraudulent).toBeGreaterThan(0)
  }
})

test('with the loop every week has a version of its own, trained on more verdicts than the one before', () => {
  expect(result.with_loop.weeks.map(({model}) => model)).toEqual([1, 2, 3, 4])
  expect(result.without_loop.weeks.map(({model}) => model)).toEqual([1, 1, 1, 1])
  const labels = result.with_loop.weeks.map((week) => week.labels)
  expect(labels).toEqual([...labels].sort((a, b) => a - b))
  expect(labels[0]).toBeGreaterThan(0)
})

test('a pattern that the first version never saw is found by the one that learnt of it', () => {
  const last = (side: LoopResult['with_loop']) => side.weeks.at(-1)?.average_precision ?? Number.NaN
  expect(last(result.with_loop)).toBeGreaterThan(2 * last(result.without_loop))
})

test('the same seed gives the same figures', async () => {
  const again = await playWeeks({
    options: {...OPTIONS, users: 40, weeks: 1},
    bundle: BUNDLE,
    retrains: true,
    onProgress: () => undefined,
  })
  const first = await playWeeks({
    options: {...OPTIONS, users: 40, weeks: 1},
    bundle: BUNDLE,
    retrains: true,
    onProgress: () => undefined,
  })
  expect(again).toEqual(first)
}, 60_000)

test('the report is a table and two plots, as one page and as JSON', async () => {
  await writeLoopReport(folder, result)
  expect(JSON.parse(await readFile(join(folder, 'loop.json'), 'utf8'))).toEqual(result)
  const page = await readFile(join(folder, 'loop.html'), 'utf8')
  for (const title of ['Average precision', 'Frauds caught at 5 alerts a day'])
    expect(page).toContain(`aria-label="${title}"`)
  expect(page).not.toMatch(/<script|<link|src=|NaN|undefined/)
  expect(loopTable(result).map(([name]) => name)).toEqual([
    '',
    'week 1',
    'week 2',
    'week 3',
    'week 4',
    'mean',
  ])
})
