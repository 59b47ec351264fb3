import {expect, it} from 'vitest'
import {bundleOf} from '../../../support/engine/collected-run.js'

const RULE = `schema: tripline/rule/v1
id: live-rule
version: 1
title: A rule
key: user_id
severity: low
action: review
score: 10
match:
  event: {as: tx, stream: transactions}
  when: tx.amount > 5.0
`

const OFF_RULE = RULE.replace('live-rule', 'off-rule')
  .replace('match:', 'cooldown: 7d\nmode: off\nmatch:')
  .replace('tx.amount > 5.0', 'tx.country == "DE" && tx.my_field == 7.0')

const OFF_LOCATION_RULE = RULE.replace('live-rule', 'off-location-rule')
  .replace('match:', 'mode: off\nmatch:')
  .replace('tx.amount > 5.0', 'location.lat > 5.0 && merchant.risk > 0.5')

it('a rule that is off leaves no trace: no predicate, no field, no join, no longer history', () => {
  const without = bundleOf([RULE])
  const withOff = bundleOf([RULE, OFF_RULE, OFF_LOCATION_RULE])
  expect(withOff.rules.map(({id}) => id)).toEqual(['live-rule'])
  expect(withOff.predicates.get('transactions')?.size).toBe(1)
  expect(withOff.ruleSets.get('user_id')?.byStream.get('transactions')?.all).toHaveLength(1)
  expect(withOff.ruleSets.get('user_id')?.locationRules).toEqual([])
  expect(withOff.ruleSets.get('user_id')?.merchantRules).toEqual([])
  expect(withOff.retention).toBe(without.retention)
  const project = withOff.projections.get('transactions')!
  const fields = project({amount: 1, country: 'DE', my_field: 7}, 1)
  expect(Object.keys(fields)).toEqual(Object.keys(without.projections.get('transactions')!({amount: 1}, 1)))
})

it('a rule that is off is still listed, so that it can be tested', () => {
  expect(bundleOf([RULE, OFF_RULE]).sources.map(({id, mode}) => [id, mode])).toEqual([
    ['live-rule', 'live'],
    ['off-rule', 'off'],
  ])
})

it('a bundle of nothing but rules that are off evaluates nothing', () => {
  const bundle = bundleOf([OFF_RULE])
  expect(bundle.rules).toEqual([])
  expect(bundle.predicates.size).toBe(0)
})

it('equal conditions of different rules are one predicate', () => {
  const same = RULE.replace('live-rule', 'same')
    .replace('tx.amount > 5.0', '(payment.amount) > 5')
    .replace('as: tx', 'as: payment')
  expect(bundleOf([RULE, same]).predicates.get('transactions')?.size).toBe(1)
})
