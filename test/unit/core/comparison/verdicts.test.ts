import {expect, test} from 'vitest'
import {type Verdict, Verdicts} from '../../../../src/core/comparison/verdicts.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import {alertOf, alertWith} from './example-records.js'

const said = (verdict: Verdict['verdict'], time: number, id = 'f'): Verdict => ({
  verdict,
  time: time as EventTime,
  id,
})

function labelOf(transaction: string, verdicts: Verdicts) {
  return verdicts.toLabels().labelOfEvent('transactions', transaction)
}

test('the newest verdict by event time counts, in whatever order they came', () => {
  const verdicts = new Verdicts()
  verdicts.addOnTransaction('t1', said('legitimate', 20))
  verdicts.addOnTransaction('t1', said('fraud', 10))
  verdicts.addOnTransaction('t2', said('fraud', 10))
  verdicts.addOnTransaction('t2', said('inconclusive', 20))
  expect(labelOf('t1', verdicts)).toBe('legitimate')
  expect(labelOf('t2', verdicts)).toBe('unknown')
})

test('of two verdicts of one time, the greater id is the newer', () => {
  const verdicts = new Verdicts()
  verdicts.addOnTransaction('t1', said('fraud', 10, 'f2'))
  verdicts.addOnTransaction('t1', said('legitimate', 10, 'f1'))
  expect(labelOf('t1', verdicts)).toBe('fraud')
})

test('a verdict on an alert is one on the event that the alert is about, once the alert is seen', () => {
  const verdicts = new Verdicts()
  verdicts.addOnAlert('a1', said('fraud', 10))
  verdicts.addOnAlert('a-of-another-run', said('fraud', 10))
  expect(labelOf('t1', verdicts)).toBe('unknown')
  verdicts.seeAlert(alertWith({alert_id: 'a1'}))
  expect(labelOf('t1', verdicts)).toBe('fraud')
  expect(verdicts.alertsNotSeen).toBe(1)
})

test('a verdict on an alert and one on its transaction: the newer counts', () => {
  const verdicts = new Verdicts()
  verdicts.addOnTransaction('t1', said('legitimate', 20))
  verdicts.addOnAlert('a1', said('fraud', 10))
  verdicts.seeAlert(alertWith({alert_id: 'a1'}))
  expect(labelOf('t1', verdicts)).toBe('legitimate')
})

test('an alert is right if its evidence names a fraud, wrong if its anchor is legitimate, else unlabelled', () => {
  const verdicts = new Verdicts()
  verdicts.addOnTransaction('bad', said('fraud', 1))
  verdicts.addOnTransaction('good', said('legitimate', 1))
  const labels = verdicts.toLabels()
  expect(labels.labelOfAlert(alertOf('r', 'good', {evidence: ['bad', 'good']}))).toBe('fraud')
  expect(labels.labelOfAlert(alertOf('r', 'good'))).toBe('legitimate')
  expect(labels.labelOfAlert(alertOf('r', 'other', {evidence: ['good', 'other']}))).toBe('unknown')
})
