import {describe, expect, test} from 'vitest'
import {
  type AlertView,
  TooManyNotesError,
  viewAfterNote,
  viewAfterRecord,
  viewAfterTriage,
  viewAfterVerdict,
} from '../../../../src/core/case/alert-view.js'
import {alertRecord} from '../../../conformance/samples.js'
import {verdict} from '../../../conformance/verdicts.js'

const opened = viewAfterRecord(undefined, alertRecord('a1')) as AlertView

describe('the status of an alert', () => {
  test('is open, in review while somebody looks, closed by a verdict', () => {
    const taken = viewAfterTriage(opened, {assignee: 'ana', in_review: true})
    const closed = viewAfterVerdict(taken, verdict('f1'))
    expect([opened.status, taken.status, closed?.status]).toEqual(['open', 'in_review', 'closed_fraud'])
  })

  test('does not depend on whether a verdict or a revision came first', () => {
    const amended = alertRecord('a1', {type: 'alert.amended', revision: 1})
    const one = viewAfterRecord(viewAfterVerdict(opened, verdict('f1')), amended)
    const other = viewAfterVerdict(viewAfterRecord(opened, amended) as AlertView, verdict('f1'))
    expect(one).toEqual(other)
  })

  test('is retracted whatever was found, and closed again when the alert comes back', () => {
    const closed = viewAfterVerdict(opened, verdict('f1', {verdict: 'legitimate'})) as AlertView
    const retracted = viewAfterRecord(closed, alertRecord('a1', {type: 'alert.retracted', revision: 1}))
    const again = viewAfterRecord(retracted, alertRecord('a1', {type: 'alert.opened', revision: 2}))
    expect([retracted?.status, again?.status]).toEqual(['retracted', 'closed_legitimate'])
  })
})

test('a record that is not newer, and a verdict that is not later, change nothing', () => {
  expect(viewAfterRecord(opened, alertRecord('a1'))).toBeUndefined()
  const closed = viewAfterVerdict(opened, verdict('f2')) as AlertView
  expect(viewAfterVerdict(closed, verdict('f2'))).toBeUndefined()
  expect(viewAfterVerdict(closed, verdict('f1', {verdict: 'legitimate'}))).toBeUndefined()
})

test('an alert takes a hundred notes', () => {
  const note = {at: '2026-01-01T00:00:00.000Z', by: {id: 'key:1', name: 'ana'}, text: 'x'}
  let view = opened
  for (let i = 0; i < 100; i++) view = viewAfterNote(view, note)
  expect(view.triage?.notes).toHaveLength(100)
  expect(() => viewAfterNote(view, note)).toThrow(TooManyNotesError)
})
