import {expect, test} from 'vitest'
import {DiffTally} from '../../../../src/core/comparison/diff-tally.js'
import {alertAcrossVersions} from '../../../../src/core/comparison/identity.js'
import {alertOf, alertWith, decisionOf, hitOf} from './example-records.js'

test('an alert of a raised version is about the same; one of another key or anchor is not', () => {
  const about = (given: Parameters<typeof alertWith>[0]) => alertAcrossVersions(alertWith(given))
  const first = about({})
  expect(about({rule: {id: 'r1', version: 2}, alert_id: 'a2', bundle: 'b2'})).toBe(first)
  expect(about({rule: {id: 'r2', version: 1}})).not.toBe(first)
  expect(about({key: {name: 'user_id', value: 'u2'}})).not.toBe(first)
  expect(about({anchor: {stream: 'locations', id: 't1'}})).not.toBe(first)
})

test('alerts are counted for their rule and in total; rules of which nothing changed are there with zeros', () => {
  const tally = new DiffTally()
  tally.alert('appear', alertOf('r1', 't1'))
  tally.alert('stay', alertOf('r1', 't2'))
  tally.alert('disappear', alertOf('r2', 't1'))
  const {total, rules} = tally.result(['r3'])
  expect(total.alerts).toEqual({appear: 1, disappear: 1, stay: 1})
  expect(rules.get('r1')?.alerts).toEqual({appear: 1, disappear: 0, stay: 1})
  expect(rules.get('r2')?.alerts).toEqual({appear: 0, disappear: 1, stay: 0})
  expect([...rules.keys()]).toEqual(['r1', 'r2', 'r3'])
  expect(rules.get('r3')?.alerts).toEqual({appear: 0, disappear: 0, stay: 0})
})

test('decisions that change are counted by from and to, with the amounts, for the rules whose hits differ', () => {
  const tally = new DiffTally()
  const stays = hitOf('stays')
  tally.decision(decisionOf('t1', 'approve'), decisionOf('t1', 'review', [hitOf('r1')]), 10.1)
  tally.decision(decisionOf('t2', 'approve'), decisionOf('t2', 'review', [hitOf('r1')]), 20.2)
  tally.decision(decisionOf('t3', 'approve'), decisionOf('t3', 'review', [hitOf('r1')]), undefined)
  tally.decision(
    decisionOf('t4', 'review', [stays, hitOf('r2')]),
    decisionOf('t4', 'decline', [stays, hitOf('r2', 'decline')]),
    5,
  )
  const {total, rules} = tally.result([])
  const toReview = {from: 'approve', to: 'review', count: 3, amount_usd: 30.3, without_amount: 1}
  const toDecline = {from: 'review', to: 'decline', count: 1, amount_usd: 5, without_amount: 0}
  expect(total.decisions).toEqual({changed: 4, shifts: [toReview, toDecline]})
  expect(rules.get('r1')?.decisions).toEqual({changed: 3, shifts: [toReview]})
  expect(rules.get('r2')?.decisions).toEqual({changed: 1, shifts: [toDecline]})
  expect(rules.has('stays')).toBe(false)
})

test('a raised version or another alert id of a hit does not make a rule answer for a decision that changed', () => {
  const tally = new DiffTally()
  const before = decisionOf('t1', 'approve', [hitOf('r1')])
  const after = decisionOf('t1', 'review', [hitOf('r1', 'review', {version: 2, alert_id: null}), hitOf('r2')])
  tally.decision(before, after, 1)
  expect([...tally.result([]).rules.keys()]).toEqual(['r2'])
})
