import {expect, it} from 'vitest'
import {EVENT_MATCH, HEADER, lint} from '../rule/rule-texts.js'

/** A rule with one test; its event is what begins in line 15, column 9. */
const rule = (event: string) =>
  `${HEADER}${EVENT_MATCH}tests:\n  - name: a\n    events:\n      - ${event}\n    expect: []\n`

it.each([
  ['{at: 5m, transaction: {}}', '15:18: no stream is called "transaction"; did you mean "transactions"?'],
  [
    '{at: 5m, payments: {}}',
    '15:18: no stream is called "payments"; known are merchants, locations, transactions, feedback',
  ],
  [
    '{at: 5m, transactions: {}, locations: {}}',
    '15:9: the event names transactions and locations; write one stream and its fields, such as transactions: {amount: 5}',
  ],
  [
    '{at: 5m}',
    '15:9: the event names no stream; write one stream and its fields, such as transactions: {amount: 5}',
  ],
  ['{transactions: {}}', '15:9: tests.0.events.0.at is missing; add it (string)'],
  [
    '{at: 5, transactions: {}}',
    '15:14: tests.0.events.0.at: 5 does not fit here; write text; where YAML takes it for something else, put it in quotes',
  ],
  [
    '{at: soon, transactions: {}}',
    '15:14: tests.0.events.0.at: this is no time after the beginning of the test; write a whole number and a unit, such as 500ms, 30s, 15m, 1h or 7d',
  ],
  [
    '{at: 5m, transactions: 7}',
    '15:32: tests.0.events.0.transactions: 7 does not fit here; write fields: {name: value}',
  ],
])('a test that cannot be run is told: %s', (event, fault) => {
  expect(lint(rule(event))).toEqual([`rule.yaml:${fault}`])
})

it('a test may use every stream there is', () => {
  expect(lint(rule('{at: 5m, feedback: {verdict: fraud}}'))).toEqual([])
  expect(lint(rule('{at: 0m, merchants: {merchant_id: m1}}'))).toEqual([])
})
