import {describe, expect, test} from 'vitest'
import {compareAlerts, compareDecisions, sameModel} from '../../../../src/core/comparison/equality.js'
import {alertWith, decisionOf, hitOf} from './example-records.js'

const fieldsOf = (disagreements: readonly {readonly field: string}[]) => disagreements.map(({field}) => field)

describe('alerts of one id', () => {
  test('are equal whatever their revision, times of detection, lateness and bundle', () => {
    const other = alertWith({
      revision: 3,
      type: 'alert.amended',
      detected_at: '2026-01-02T00:00:00.000Z',
      late: true,
      bundle: 'b2',
    })
    expect(compareAlerts(alertWith(), other)).toEqual([])
  })

  test.each([
    ['rule', {rule: {id: 'r1', version: 2}}],
    ['key', {key: {name: 'card_id', value: 'u1'}}],
    ['evidence', {events: []}],
  ])('differ in %s', (field, given) => {
    expect(fieldsOf(compareAlerts(alertWith(), alertWith(given)))).toEqual([field])
  })

  test('tell what each has', () => {
    const other = alertWith({anchor: {stream: 'transactions', id: 't2'}, events: alertWith().events})
    expect(compareAlerts(alertWith(), other)).toEqual([
      {field: 'anchor', a: 'transactions t1', b: 'transactions t2'},
    ])
  })
})

describe('decisions on one transaction', () => {
  const plain = decisionOf('t1', 'review', [hitOf('r1'), hitOf('r2')])

  test('are equal whatever their revision, latency, reasons and the order of the rules', () => {
    const other = {...plain, revision: 2, latency_ms: 9, rules: [hitOf('r2'), hitOf('r1')]}
    expect(compareDecisions(plain, other)).toEqual([])
  })

  test('differ in the decision, and in a hit that is missing, of another version or suppressed', () => {
    expect(fieldsOf(compareDecisions(plain, {...plain, decision: 'decline'}))).toEqual(['decision'])
    for (const rules of [
      [hitOf('r1')],
      [hitOf('r1'), hitOf('r2', 'review', {version: 2})],
      [hitOf('r1'), hitOf('r2', 'review', {alert_id: null})],
    ])
      expect(fieldsOf(compareDecisions(plain, {...plain, rules}))).toEqual(['rules'])
  })

  test('have the same score within a millionth', () => {
    const scored = (score: number | null) => ({...plain, score, model: {id: 'm', version: 1}})
    expect(compareDecisions(scored(0.5), scored(0.5000009))).toEqual([])
    expect(compareDecisions(scored(0.5), scored(0.500002))).toEqual([
      {field: 'score', a: '0.5', b: '0.500002'},
    ])
    expect(fieldsOf(compareDecisions(scored(0.5), scored(null)))).toEqual(['score'])
  })

  test('by different models are not compared by score', () => {
    const first = {...plain, score: 0.5, model: {id: 'm', version: 1}}
    const second = {...plain, score: 0.9, model: {id: 'm', version: 2}}
    expect(sameModel(first, second)).toBe(false)
    expect(compareDecisions(first, second)).toEqual([])
    expect(sameModel(plain, plain)).toBe(true)
  })
})
