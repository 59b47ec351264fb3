import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import type {Verdict} from '../../src/core/case/verdict.js'
import {formatTime} from '../../src/core/event/time.js'
import type {Publisher} from '../../src/engine/port/publisher.js'
import type {ReadModel, VerdictReader} from '../../src/engine/port/read-model.js'
import {alertRecord, at, decisionRecord, NOON, outboxEntry} from './samples.js'

export interface VerdictHarness {
  readonly model: Publisher & ReadModel & VerdictReader & {expire(before: number): Promise<unknown>}
  dispose(): Promise<void>
}

export function verdict(id: string, change: Partial<Verdict> = {}): Verdict {
  return {
    feedback_id: id,
    user_id: 'u1',
    alert_id: 'a1',
    transaction_id: null,
    verdict: 'fraud',
    reviewer: 'ana',
    source: 'review',
    event_time: formatTime(NOON),
    ...change,
  }
}

/** What every read model makes of feedback. */
export function describeVerdicts(name: string, make: () => Promise<VerdictHarness>): void {
  describe(`verdicts: ${name}`, () => {
    let harness: VerdictHarness
    let model: VerdictHarness['model']
    let sequence = 0

    beforeEach(async () => {
      harness = await make()
      model = harness.model
    })
    afterEach(() => harness.dispose())

    const publish = (change: Parameters<typeof outboxEntry>[1]) =>
      model.publish(outboxEntry(++sequence, change))
    const statusOf = async (id: string) => (await model.alert(id))?.status

    test.each(['fraud', 'legitimate', 'inconclusive'] as const)('%s closes the alert', async (found) => {
      await publish({alerts: [alertRecord('a1'), alertRecord('a2')]})
      await publish({verdicts: [verdict('f1', {verdict: found})]})
      expect([await statusOf('a1'), await statusOf('a2')]).toEqual([`closed_${found}`, 'open'])
      expect((await model.alert('a1'))?.triage?.verdict).toEqual(verdict('f1', {verdict: found}))
      expect((await model.alerts({status: `closed_${found}`}, 9, undefined)).items).toHaveLength(1)
    })

    test('can be read by id and user', async () => {
      await publish({verdicts: [verdict('f1'), verdict('f1', {user_id: 'u2', verdict: 'legitimate'})]})
      expect(await model.verdict('f1', 'u1')).toEqual(verdict('f1'))
      expect((await model.verdict('f1', 'u2'))?.verdict).toBe('legitimate')
      expect(await model.verdict('f2', 'u1')).toBeUndefined()
    })

    test('about a transaction closes the alerts that its decision names, in the same entry, too', async () => {
      const rules = ['a1', null, 'a2'].map((alert_id, i) => {
        return {id: `r${i}`, version: 1, action: 'review', score: 1, mode: 'live', alert_id} as const
      })
      await publish({
        alerts: ['a1', 'a2', 'a3'].map((id) => alertRecord(id)),
        decisions: [decisionRecord('t1', {rules}), decisionRecord('t1', {user_id: 'u2', rules: []})],
        verdicts: [verdict('f1', {alert_id: null, transaction_id: 't1'})],
      })
      expect(await Promise.all(['a1', 'a2', 'a3'].map(statusOf))).toEqual([
        'closed_fraud',
        'closed_fraud',
        'open',
      ])
      await publish({verdicts: [verdict('f2', {alert_id: null, transaction_id: 'unknown'})]})
    })

    test('that names an alert and its transaction closes that alert only', async () => {
      const rules = ['a1', 'a2'].map((alert_id) => {
        return {id: alert_id, version: 1, action: 'review', score: 1, mode: 'live', alert_id} as const
      })
      await publish({
        alerts: ['a1', 'a2'].map((id) => alertRecord(id)),
        decisions: [decisionRecord('t1', {rules})],
        verdicts: [verdict('f1', {alert_id: 'a2', transaction_id: 't1'})],
      })
      expect(await Promise.all(['a1', 'a2'].map(statusOf))).toEqual(['open', 'closed_fraud'])
    })

    test('the latest stands, in whatever order they come; at one time, the greater id', async () => {
      const later = verdict('f1', {verdict: 'legitimate', event_time: formatTime(at(1))})
      const greater = verdict('f9', {verdict: 'inconclusive', event_time: formatTime(at(1))})
      await publish({alerts: [alertRecord('a1')], verdicts: [later, verdict('f2')]})
      expect(await statusOf('a1')).toBe('closed_legitimate')
      await publish({verdicts: [greater]})
      await publish({verdicts: [later]})
      expect(await statusOf('a1')).toBe('closed_inconclusive')
    })

    test('stay when the alert is amended, and count again when it comes back', async () => {
      await publish({alerts: [alertRecord('a1')], verdicts: [verdict('f1')]})
      await publish({alerts: [alertRecord('a1', {type: 'alert.amended', revision: 1})]})
      expect(await statusOf('a1')).toBe('closed_fraud')
      await publish({alerts: [alertRecord('a1', {type: 'alert.retracted', revision: 2})]})
      expect(await statusOf('a1')).toBe('retracted')
      await publish({alerts: [alertRecord('a1', {type: 'alert.opened', revision: 3})]})
      expect(await statusOf('a1')).toBe('closed_fraud')
    })

    test('are kept as long as alerts, each by its own time', async () => {
      await publish({verdicts: [verdict('f1'), verdict('f2', {event_time: formatTime(at(1))})]})
      await publish({verdicts: [verdict('f1', {user_id: 'u2', event_time: formatTime(at(-1))})]})
      await model.expire(at(1))
      const known = await Promise.all([
        model.verdict('f1', 'u1'),
        model.verdict('f1', 'u2'),
        model.verdict('f2', 'u1'),
      ])
      expect(known.map((found) => found?.feedback_id)).toEqual([undefined, undefined, 'f2'])
      await publish({verdicts: [verdict('f1')]})
      expect(await model.verdict('f1', 'u1')).toEqual(verdict('f1'))
    })

    test('about what is not there change nothing', async () => {
      await publish({verdicts: [verdict('f1', {alert_id: 'nowhere'})]})
      expect(await model.alert('nowhere')).toBeUndefined()
      expect((await model.alerts({}, 9, undefined)).items).toEqual([])
    })
  })
}
