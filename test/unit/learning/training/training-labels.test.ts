import {describe, expect, test} from 'vitest'
import type {Verdict} from '../../../../src/core/comparison/verdicts.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import {TrainingLabels} from '../../../../src/learning/training/training-labels.js'
import {TrainingRows} from '../../../../src/learning/training/training-rows.js'

const DAY = 86_400_000
const day = (days: number) => (days * DAY) as EventTime
const verdict = (said: Verdict['verdict'], at: number, id = `f${at}`): Verdict => ({
  verdict: said,
  time: day(at),
  id,
})

function labelsWith(...verdicts: [transaction: string, verdict: Verdict][]): TrainingLabels {
  const labels = new TrainingLabels()
  labels.addTransaction('old', day(1))
  labels.addTransaction('new', day(35))
  for (const [transactionId, each] of verdicts) labels.addVerdict({transactionId}, each)
  return labels
}

describe('what is known of a transaction', () => {
  test('without a verdict it is legitimate once its label would be mature, until then unknown', () => {
    const {labelOf} = labelsWith().asOf(day(40), 30 * DAY)
    expect(labelOf('old')).toBe('legitimate')
    expect(labelOf('new')).toBe('unknown')
  })

  test('exactly as old as the maturity it is mature; a millisecond younger it is not', () => {
    const labels = labelsWith()
    expect(labels.asOf(day(31), 30 * DAY).labelOf('old')).toBe('legitimate')
    expect(labels.asOf((day(31) - 1) as EventTime, 30 * DAY).labelOf('old')).toBe('unknown')
  })

  test('a verdict counts at once, however young the transaction is', () => {
    const {labelOf, counts} = labelsWith(['new', verdict('fraud', 36)]).asOf(day(40), 30 * DAY)
    expect(labelOf('new')).toBe('fraud')
    expect(counts).toEqual({used: 1, repeated: 0, outOfTime: 0, unknown: 0})
  })

  test('of contradictory verdicts the newest by event time counts, in whatever order they come', () => {
    const [early, late] = [verdict('fraud', 5), verdict('legitimate', 9)]
    for (const order of [
      [early, late],
      [late, early],
    ]) {
      const labels = labelsWith(...order.map((each): [string, Verdict] => ['old', each]))
      const {labelOf, counts} = labels.asOf(day(40), 30 * DAY)
      expect(labelOf('old')).toBe('legitimate')
      expect(counts).toMatchObject({used: 1, repeated: 1})
    }
  })

  test('one that reviewers could not decide is unknown, however old', () => {
    const {labelOf} = labelsWith(['old', verdict('inconclusive', 5)]).asOf(day(400), 30 * DAY)
    expect(labelOf('old')).toBe('unknown')
  })

  test('a verdict from the future, or from before the transaction, is left out and counted', () => {
    const labels = labelsWith(['old', verdict('fraud', 41)], ['new', verdict('fraud', 34)])
    const {labelOf, counts} = labels.asOf(day(40), 30 * DAY)
    expect(labelOf('old')).toBe('legitimate')
    expect(labelOf('new')).toBe('unknown')
    expect(counts).toEqual({used: 0, repeated: 0, outOfTime: 2, unknown: 0})
  })

  test('a verdict on a transaction that is not there is counted', () => {
    expect(labelsWith(['nowhere', verdict('fraud', 5)]).asOf(day(40), DAY).counts.unknown).toBe(1)
  })

  test('a verdict on an alert is one on the transaction that the alert is about', () => {
    const labels = labelsWith()
    labels.addVerdict({alertId: 'a1'}, verdict('fraud', 5))
    labels.addVerdict({alertId: 'a2'}, verdict('fraud', 5, 'other'))
    labels.addAlert({alert_id: 'a1', anchor: {stream: 'transactions', id: 'old'}})
    labels.addAlert({alert_id: 'a2', anchor: {stream: 'locations', id: 'old'}})
    const {labelOf, counts} = labels.asOf(day(40), 30 * DAY)
    expect(labelOf('old')).toBe('fraud')
    expect(counts).toMatchObject({used: 1, unknown: 1})
  })
})

describe('rows to learn from', () => {
  test('are the labelled ones, in the order of event time', () => {
    const rows = new TrainingRows(2)
    rows.add('late', day(9), [9, 90])
    rows.add('unknown', day(5), [5, 50])
    rows.add('early', day(1), [1, Number.NaN])
    const labels = {late: 'fraud', unknown: 'unknown', early: 'legitimate'} as const
    const set = rows.labelled((id) => labels[id as keyof typeof labels])
    expect([...set.rows]).toEqual([1, Number.NaN, 9, 90])
    expect([...set.labels]).toEqual([0, 1])
    expect([...set.times]).toEqual([day(1), day(9)])
  })

  test('may be many more than there was room for', () => {
    const rows = new TrainingRows(3)
    for (let at = 0; at < 5000; at++) rows.add(String(at), day(at), [at, 2 * at, 3 * at])
    const set = rows.labelled(() => 'legitimate')
    expect([...set.rows.subarray(3 * 4999)]).toEqual([4999, 9998, 14_997])
  })
})
