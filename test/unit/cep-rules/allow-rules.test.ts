import {describe, expect, test} from 'vitest'
import {fix, type GoldenLine, run, transaction} from '../../golden/golden-run.js'
import {shippedFiles, shippedRules} from './shipped-rule.js'

/*
 * An allow rule opens no alert, so the tests inside its file cannot show when it fires. Here it does by what
 * becomes of transaction t1, which another rule wants reviewed.
 */

const REVIEW_ALL = `schema: tripline/rule/v1
id: review-all
version: 1
title: Reviews every transaction
key: user_id
severity: low
action: review
score: 75
match:
  event: {as: tx, stream: transactions}
`
const lists = (await shippedFiles()).filter(({text}) => /^schema: tripline\/list\/v1/m.test(text))
const allowing = (await shippedRules()).filter(({rule}) => rule.action === 'approve')

/** The decision on `t1` where the rule runs beside one that reviews everything. */
async function decisionUnder(id: string, lines: readonly GoldenLine[]): Promise<string | undefined> {
  const files = [...allowing.filter(({rule}) => rule.id === id).map(({file}) => file), ...lists]
  const {decisions} = await run([REVIEW_ALL, ...files.map(({text}) => text)], lines)
  return decisions['t1']?.decision
}

interface Cases {
  readonly allowed: readonly GoldenLine[]
  readonly not: {readonly [why: string]: readonly GoldenLine[]}
}

const heard = (offset: string, lat: number, lon: number) => fix('l1', offset, {lat, lon})
const fare = {channel: 'pos', mcc: '4111', amount: 3, lat: 51.52, lon: -0.1}
const coffee = {channel: 'pos', mcc: '5814', amount: 4, lat: 51.51, lon: -0.13}
const refund = {type: 'refund', merchant_id: 'm1', amount: 120}
const bought = (offset: string, fields: object = {}) =>
  transaction('t0', offset, {merchant_id: 'm1', amount: 120, ...fields})

const CASES: {readonly [rule: string]: Cases} = {
  'small-transit-fare': {
    allowed: [heard('0s', 51.5, -0.12), transaction('t1', '21599s', {...fare, amount: 9.99})],
    not: {
      'the gate is in another country': [
        heard('0m', 51.5, -0.12),
        transaction('t1', '10m', {...fare, lat: 41.9, lon: 12.5}),
      ],
      'the phone was last heard six hours before': [heard('0m', 51.5, -0.12), transaction('t1', '6h', fare)],
      'it costs ten dollars': [heard('0m', 51.5, -0.12), transaction('t1', '10m', {...fare, amount: 10})],
      'it is no fare': [heard('0m', 51.5, -0.12), transaction('t1', '10m', {...fare, mcc: '5814'})],
      'nobody knows where the phone is': [transaction('t1', '10m', fare)],
    },
  },
  'small-shop-near-phone': {
    allowed: [heard('0m', 51.507, -0.128), transaction('t1', '30m', {...coffee, amount: 24.99})],
    not: {
      'the phone was last heard more than half an hour before': [
        heard('0m', 51.507, -0.128),
        transaction('t1', '31m', coffee),
      ],
      'the phone is three miles away': [heard('0m', 51.55, -0.13), transaction('t1', '10m', coffee)],
      'it costs 25 dollars': [heard('0m', 51.507, -0.128), transaction('t1', '10m', {...coffee, amount: 25})],
      'it is an online shop': [
        heard('0m', 51.507, -0.128),
        transaction('t1', '10m', {...coffee, channel: 'online'}),
      ],
    },
  },
  'refund-after-purchase': {
    allowed: [transaction('t1', '6h', {...refund, amount: 499.99}), bought('0h', {amount: 499.99})],
    not: {
      'it was bought elsewhere': [bought('0h', {merchant_id: 'm2'}), transaction('t1', '2h', refund)],
      'it cost less': [bought('0h', {amount: 119.99}), transaction('t1', '2h', refund)],
      'it was never paid': [bought('0h', {auth_result: 'declined'}), transaction('t1', '2h', refund)],
      'it was bought more than six hours before': [bought('0m'), transaction('t1', '361m', refund)],
      'it is 500 dollars': [bought('0h', {amount: 500}), transaction('t1', '2h', {...refund, amount: 500})],
    },
  },
}

test('every allow rule that ships has its cases here', () => {
  expect(Object.keys(CASES).sort()).toEqual(allowing.map(({rule}) => rule.id).sort())
})

describe.each(Object.entries(CASES))('%s', (rule, {allowed, not}) => {
  test('lets pass what another rule wants reviewed', async () => {
    expect(await decisionUnder(rule, allowed)).toBe('approve')
  })

  test.each(Object.entries(not))('does not where %s', async (_, lines) => {
    expect(await decisionUnder(rule, lines)).toBe('review')
  })
})
