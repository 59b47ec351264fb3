import {expect, it} from 'vitest'
import {bundleOf, collectedRun} from '../support/engine/collected-run.js'
import {START} from '../support/oracle/generators/scale.js'

const MINUTE_MS = 60_000

const bundle = bundleOf([
  {
    schema: 'tripline/rule/v1',
    id: 'two-at-risky-merchants',
    version: 1,
    title: 'Two payments at risky merchants',
    key: 'user_id',
    severity: 'low',
    action: 'review',
    score: 10,
    match: {
      window: {as: 'tx', stream: 'transactions', when: 'merchant.risk > 0.5', span: '2h'},
      having: 'count() == 2',
    },
  },
])

const payment = (id: string, merchant_id: string, minute: number) => ({
  stream: 'transactions',
  event: {transaction_id: id, user_id: 'u1', amount: 1, merchant_id, event_time: START + minute * MINUTE_MS},
  arrival_time: START + minute * MINUTE_MS,
})

const risky = (merchant_id: string, arrival: number) => ({
  stream: 'merchants',
  event: {merchant_id, risk: 0.9, event_time: START},
  arrival_time: START + arrival * MINUTE_MS,
})

it('a late profile repairs an unsettled anchor through a transaction that is settled itself', async () => {
  const lines = [risky('m2', 0), payment('t1', 'm1', 1), payment('t2', 'm2', 61)]
  // One batch settles t1, the next brings the profile.
  const filler = Array.from({length: 600}, (_, n) => payment(`f${n}`, 'm3', 61))
  const {collected} = await collectedRun(bundle, [...lines, ...filler, risky('m1', 62)])
  expect(collected.standing().map(({anchor}) => anchor.id)).toEqual(['t2'])
})
