import {expect, test} from 'vitest'
import type {EventTime} from '../../../../src/core/event/time.js'
import {featuresNow} from '../../../../src/engine/stage/features-now.js'
import {bundleOf} from '../../../support/engine/collected-run.js'
import {logRun} from '../../../support/engine/log-run.js'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 1)

function view(name: string, entity: string): object {
  const aggregates = [
    {name: 'count', fn: 'count'},
    {name: 'largest', fn: 'max', of: 'tx.amount'},
  ]
  return {schema: 'tripline/feature-view/v1', name, entity, windows: ['10m'], aggregates}
}

const BUNDLE = bundleOf([view('user', 'user_id'), view('card', 'card_id'), view('shop', 'merchant_id')])

const LOG = ['u1', 'u2', 'u3', 'u1'].map((user_id, i) => {
  const ids = {transaction_id: `t${i}`, user_id, card_id: `c${i}`, merchant_id: 'm1'}
  return {stream: 'transactions', event: {...ids, amount: 10 + i, event_time: START + i * MINUTE}}
})

const at = (after: number) => (START + after) as EventTime

test.each([1, 1000])(
  'gives the windows of an entity as of now (with %i keys in memory)',
  async (keyCapacity) => {
    const {partition, store} = await logRun(BUNDLE, LOG, {keyCapacity, batchSize: 1})
    const now = (entity: 'user_id' | 'card_id' | 'merchant_id', id: string, after: number, user?: string) =>
      featuresNow({entity, id, user}, at(after), partition, store)
    expect((await now('user_id', 'u1', 4 * MINUTE))?.values).toEqual({
      'user.count_10m': 2,
      'user.largest_10m': 13,
    })
    expect(await now('merchant_id', 'm1', 12 * MINUTE)).toEqual({
      schema: BUNDLE.features.schema.hash,
      asOf: at(12 * MINUTE),
      values: {'shop.count_10m': 1, 'shop.largest_10m': 13},
    })
    expect((await now('user_id', 'u2', 20 * MINUTE))?.values).toEqual({
      'user.count_10m': 0,
      'user.largest_10m': null,
    })
    expect((await now('card_id', 'c3', 4 * MINUTE, 'u1'))?.values).toMatchObject({'card.count_10m': 1})
  },
)

test('knows nothing of an entity that no event was about, and of a card without its user', async () => {
  const {partition, store} = await logRun(BUNDLE, LOG)
  const now = (entity: 'user_id' | 'card_id' | 'ip', id: string, user?: string) =>
    featuresNow({entity, id, user}, at(0), partition, store)
  expect(await now('user_id', 'u9')).toBeUndefined()
  expect(await now('card_id', 'c0')).toBeUndefined()
  expect(await now('card_id', 'c9', 'u1')).toBeUndefined()
  expect(await now('ip', '10.0.0.1')).toBeUndefined()
})
