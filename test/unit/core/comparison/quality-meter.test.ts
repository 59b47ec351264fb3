import {describe, expect, test} from 'vitest'
import {eventName, type Fraud, Labels} from '../../../../src/core/comparison/labels.js'
import {QualityMeter} from '../../../../src/core/comparison/quality-meter.js'
import type {AlertRecord, DecisionRecord} from '../../../../src/core/decision/records.js'
import {alertOf, decisionOf, hitOf} from './example-records.js'

const DAY_MS = 86_400_000
const transaction = (id: string) => eventName('transactions', id)

/** Every fraud is one transaction, named like it. */
function feedback(frauds: readonly string[], legitimate: readonly string[] = []): Labels {
  const named = new Map(frauds.map((id) => [transaction(id), {id}]))
  return new Labels('feedback', named, new Set(legitimate.map(transaction)))
}

function measure(
  labels: Labels | undefined,
  alerts: readonly AlertRecord[],
  decisions: readonly [decision: DecisionRecord, time: number, amount: number | undefined][] = [],
  rules: readonly {id: string; mode: 'live' | 'shadow'}[] = [
    {id: 'r1', mode: 'live'},
    {id: 'r2', mode: 'live'},
  ],
) {
  const meter = new QualityMeter(rules, labels, new Set<Fraud>())
  for (const alert of alerts) meter.addAlert(alert)
  for (const [decision, time, amount] of decisions) meter.addDecision(decision, time, amount)
  return meter.result()
}

describe('precision', () => {
  test('is taken over labelled alerts, and the others are told', () => {
    const labels = feedback(['t1', 't2'], ['t3'])
    const {total} = measure(
      labels,
      ['t1', 't2', 't3', 't4'].map((id) => alertOf('r1', id)),
    )
    expect(total).toMatchObject({alerts: 4, unlabelled: 1, precision: 2 / 3})
  })

  test('with a truth file, an alert that names no fraud is wrong', () => {
    const labels = new Labels('truth', new Map([[transaction('t1'), {id: 'f1'}]]), new Set())
    const {total} = measure(labels, [alertOf('r1', 't1'), alertOf('r1', 't2')])
    expect(total).toMatchObject({unlabelled: 0, precision: 0.5})
  })

  test('without alerts, or without labels, is null', () => {
    expect(measure(feedback(['t1']), []).total.precision).toBeNull()
    expect(measure(undefined, [alertOf('r1', 't1')]).total).toMatchObject({
      alerts: 1,
      unlabelled: 1,
      precision: null,
      caught: null,
      recall: null,
      unique_catches: null,
      overlap: null,
      amount_saved_usd: null,
    })
  })
})

describe('recall', () => {
  test('counts a fraud of several transactions once, and only frauds that were in the run', () => {
    const [run, elsewhere] = [{id: 'f1'}, {id: 'f2'}]
    const frauds = new Map([
      [transaction('t1'), run],
      [transaction('t2'), run],
      [transaction('t3'), {id: 'f3'}],
      [transaction('t9'), elsewhere],
    ])
    const {total} = measure(
      new Labels('truth', frauds, new Set()),
      [alertOf('r1', 't2', {evidence: ['t1', 't2']}), alertOf('r1', 't1')],
      ['t1', 't2', 't3'].map((id) => [decisionOf(id, 'approve'), 0, 1]),
    )
    expect(total).toMatchObject({caught: 1, recall: 0.5})
  })

  test('is null where there was nothing to catch', () => {
    expect(measure(feedback([], ['t1']), [alertOf('r1', 't1')]).total).toMatchObject({
      caught: 0,
      recall: null,
    })
  })
})

describe('unique catches and overlap', () => {
  test('say what only this rule catches, and what share others catch, too', () => {
    const alerts = [alertOf('r1', 't1'), alertOf('r1', 't2'), alertOf('r2', 't2'), alertOf('r1', 't3')]
    const {total, rules} = measure(feedback(['t1', 't2', 't3']), alerts)
    expect(rules.r1).toMatchObject({caught: 3, unique_catches: 2, overlap: 1 / 3})
    expect(rules.r2).toMatchObject({caught: 1, unique_catches: 0, overlap: 1})
    expect(total).toMatchObject({caught: 3, unique_catches: 2, overlap: 1 / 3})
  })

  test('a shadow rule is measured by itself, but takes nothing from the live rules and adds nothing to them', () => {
    const alerts = [
      alertOf('r1', 't1'),
      alertOf('s', 't1', {mode: 'shadow'}),
      alertOf('s', 't2', {mode: 'shadow'}),
    ]
    const rules = [{id: 'r1', mode: 'live'} as const, {id: 's', mode: 'shadow'} as const]
    const measured = measure(feedback(['t1', 't2']), alerts, [], rules)
    expect(measured.rules.s).toMatchObject({alerts: 2, caught: 2, unique_catches: 1, overlap: 0.5})
    expect(measured.rules.r1).toMatchObject({unique_catches: 1, overlap: 0})
    expect(measured.total).toMatchObject({alerts: 1, caught: 1, recall: 0.5})
  })

  test('a rule that catches nothing has no overlap', () => {
    expect(measure(feedback(['t1']), [alertOf('r1', 't1')]).rules.r2).toMatchObject({
      unique_catches: 0,
      overlap: null,
      recall: 0,
    })
  })
})

test('amount saved is that of frauds that were not let through; unknown amounts are told', () => {
  const {total, rules} = measure(
    feedback(['t1', 't2', 't3', 't4']),
    [],
    [
      [decisionOf('t1', 'review', [hitOf('r1')]), 0, 100.1],
      [decisionOf('t2', 'decline', [hitOf('r1', 'decline'), hitOf('r2')]), 0, 20.2],
      [decisionOf('t3', 'approve', [hitOf('allow', 'approve', {alert_id: null}), hitOf('r2')]), 0, 1000],
      [decisionOf('t4', 'review', [hitOf('r2')]), 0, undefined],
      [decisionOf('legitimate', 'decline', [hitOf('r1', 'decline')]), 0, 5000],
    ],
  )
  expect(total).toMatchObject({amount_saved_usd: 120.3, saved_without_amount: 1})
  expect(rules.r1).toMatchObject({amount_saved_usd: 120.3, saved_without_amount: 0})
  expect(rules.r2).toMatchObject({amount_saved_usd: 20.2, saved_without_amount: 1})
})

test('alerts per day are counted from the first transaction to the last; at one instant there is no day', () => {
  const alerts = [alertOf('r1', 't1'), alertOf('r1', 't2'), alertOf('r1', 't3')]
  const from = (time: number) => [decisionOf('t1', 'approve'), time, 1] as [DecisionRecord, number, number]
  expect(measure(undefined, alerts, [from(0), from(2 * DAY_MS)]).total.alerts_per_day).toBe(1.5)
  expect(measure(undefined, alerts, [from(0)]).total.alerts_per_day).toBeNull()
  expect(measure(undefined, alerts).total.alerts_per_day).toBeNull()
})
