import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import type {CaseChange} from '../../src/core/case/case-change.js'
import type {CaseDeadlines} from '../../src/core/case/case-steps.js'
import {type CaseView, caseId} from '../../src/core/case/case-view.js'
import type {AlertRecord} from '../../src/core/decision/records.js'
import {formatTime} from '../../src/core/event/time.js'
import {ForgottenUser} from '../../src/core/forgetting/forgotten-user.js'
import {userDigest} from '../../src/core/forgetting/tombstone.js'
import type {CaseFilter, CaseStore} from '../../src/engine/port/case-store.js'
import {InvalidCursorError} from '../../src/engine/port/read-model.js'
import {alertRecord, at, NOON, outboxEntry, STRANGE_IDS} from './samples.js'

export interface CaseHarness {
  readonly store: CaseStore & {forget?(user: ForgottenUser): Promise<void>}
  dispose(): Promise<void>
}

const HOUR = 3_600_000

export const DEADLINES: CaseDeadlines = {low: 72 * HOUR, medium: 24 * HOUR, high: 4 * HOUR, critical: HOUR}

/** An alert about a user. */
export function alertOf(user: string, id: string, change: Partial<AlertRecord> = {}): AlertRecord {
  return alertRecord(id, {key: {name: 'user_id', value: user}, ...change})
}

export function userCase(user: string, alert: string): string {
  return caseId({name: 'user_id', value: user}, alert)
}

type ChangeOf<T extends CaseChange['type']> = Omit<
  Extract<CaseChange, {type: T}>,
  'type' | 'case_id' | 'by' | 'at'
>

export function change<T extends CaseChange['type']>(
  case_id: string,
  type: T,
  more: ChangeOf<T>,
): CaseChange {
  const by = {id: 'key:ana', name: 'ana'}
  return {type, case_id, by, at: formatTime(NOON), ...more} as unknown as CaseChange
}

export function closing(
  case_id: string,
  change_id: string,
  verdict: 'fraud' | 'legitimate' = 'fraud',
): CaseChange {
  return change(case_id, 'closed', {change_id, verdict, list_entries: []})
}

/** What every store of cases keeps to. */
export function describeCases(name: string, make: () => Promise<CaseHarness>): void {
  describe(`cases: ${name}`, () => {
    let harness: CaseHarness
    let store: CaseHarness['store']
    let sequence = 0

    beforeEach(async () => {
      harness = await make()
      store = harness.store
    })
    afterEach(() => harness.dispose())

    const alerts = (...records: readonly AlertRecord[]) =>
      store.fold(outboxEntry(++sequence, {alerts: records}))
    const apply = (...caseChanges: readonly CaseChange[]) =>
      store.fold(outboxEntry(++sequence, {caseChanges}))
    const listed = async (filter: CaseFilter) =>
      (await store.cases(filter, 100, undefined)).items.map(({case_id}) => case_id)
    const known = async (id: string) => (await store.case(id)) as CaseView

    test('the first alert of an entity opens a case, the next ones join it; others have their own', async () => {
      const records = await alerts(alertOf('u1', 'a1'), alertOf('u2', 'b1'), alertOf('u1', 'a2'))
      const types = records
        .filter(({entity}) => entity.value === 'u1')
        .map(({type, revision}) => [type, revision])
      expect(types).toEqual([
        ['case.opened', 0],
        ['case.updated', 1],
      ])
      const view = await known(userCase('u1', 'a1'))
      expect(view).toMatchObject({status: 'open', entity: {name: 'user_id', value: 'u1'}, revision: 1})
      expect(view.alerts.map(({alert_id}) => alert_id)).toEqual(['a1', 'a2'])
      expect((await listed({})).sort()).toEqual([userCase('u1', 'a1'), userCase('u2', 'b1')].sort())
      expect(await store.case('0'.repeat(32))).toBeUndefined()
    })

    test('an alert by card belongs to the user whose card it is', async () => {
      await alerts(alertOf('u1', 'a1'))
      const byCard = alertRecord('a2', {key: {name: 'card_id', value: 'c1'}})
      await store.fold(outboxEntry(++sequence, {alerts: [byCard], cardUsers: {a2: 'u1'}}))
      expect((await known(userCase('u1', 'a1'))).alerts).toHaveLength(2)
    })

    test('rules that are tried out open no cases', async () => {
      expect(await alerts(alertOf('u1', 'a1', {mode: 'shadow'}))).toEqual([])
      expect(await listed({})).toEqual([])
    })

    test('a retracted alert stays in its case, and does not hold; one that comes back does again', async () => {
      await alerts(alertOf('u1', 'a1', {severity: 'low'}), alertOf('u1', 'a2', {severity: 'critical'}))
      const id = userCase('u1', 'a1')
      expect((await known(id)).severity).toBe('critical')
      await alerts(alertOf('u1', 'a2', {severity: 'critical', type: 'alert.retracted', revision: 1}))
      expect(await known(id)).toMatchObject({severity: 'low', alerts: [{standing: true}, {standing: false}]})
      await alerts(alertOf('u1', 'a2', {severity: 'critical', revision: 2}))
      expect(await known(id)).toMatchObject({
        severity: 'critical',
        alerts: [{standing: true}, {standing: true}],
      })
    })

    test('it is due by the earliest that its alerts ask for', async () => {
      await alerts(alertOf('u1', 'a1', {severity: 'low', event_time: formatTime(NOON)}))
      expect((await known(userCase('u1', 'a1'))).due_at).toBe(formatTime(at(72 * HOUR)))
      await alerts(alertOf('u1', 'a2', {severity: 'high', event_time: formatTime(at(HOUR))}))
      expect((await known(userCase('u1', 'a1'))).due_at).toBe(formatTime(at(5 * HOUR)))
      expect(await store.standing(at(5 * HOUR))).toEqual({open: 1, overdue: 0})
      expect(await store.standing(at(5 * HOUR) + 1)).toEqual({open: 1, overdue: 1})
      expect(await listed({dueBefore: at(5 * HOUR) + 1})).toHaveLength(1)
      expect(await listed({dueBefore: at(5 * HOUR)})).toEqual([])
    })

    test('it is assigned, taken up, noted and closed; then nothing changes it any more', async () => {
      await alerts(alertOf('u1', 'a1'))
      const id = userCase('u1', 'a1')
      const step = async (made: CaseChange) => {
        const [record] = await apply(made)
        return [record?.type, (await known(id)).status]
      }
      expect(await step(change(id, 'assigned', {change_id: '1', assignee: 'bob'}))).toEqual([
        'case.updated',
        'assigned',
      ])
      expect(await step(change(id, 'reviewed', {change_id: '2', assignee: 'ana'}))).toEqual([
        'case.updated',
        'in_review',
      ])
      expect((await known(id)).assignee).toBe('bob')
      expect(await step(change(id, 'noted', {change_id: '3', text: 'called'}))).toEqual([
        'case.updated',
        'in_review',
      ])
      expect(await step(closing(id, '4'))).toEqual(['case.closed', 'closed_fraud'])
      expect(await step(change(id, 'assigned', {change_id: '5', assignee: null}))).toEqual([
        undefined,
        'closed_fraud',
      ])
      expect(await step(closing(id, '6', 'legitimate'))).toEqual([undefined, 'closed_fraud'])
      expect(await known(id)).toMatchObject({closed: {verdict: 'fraud', by: {name: 'ana'}}, revision: 4})
      expect(await store.standing(Number.POSITIVE_INFINITY)).toEqual({open: 0, overdue: 0})
      expect(await listed({status: 'closed_fraud', assignee: 'bob'})).toEqual([id])
    })

    test('given back, it is open; given to somebody else, it is not looked at yet', async () => {
      await alerts(alertOf('u1', 'a1'))
      const id = userCase('u1', 'a1')
      await apply(change(id, 'reviewed', {change_id: '1', assignee: 'ana'}))
      await apply(change(id, 'assigned', {change_id: '2', assignee: 'bob'}))
      expect(await known(id)).toMatchObject({status: 'assigned', assignee: 'bob'})
      await apply(change(id, 'assigned', {change_id: '3', assignee: null}))
      expect(await known(id)).toMatchObject({status: 'open', assignee: null})
    })

    test('a new alert after the close opens a new case; news of an old one stay with the closed', async () => {
      await alerts(alertOf('u1', 'a1'))
      await apply(closing(userCase('u1', 'a1'), '1'))
      const [record] = await alerts(alertOf('u1', 'a2'))
      expect(record).toMatchObject({type: 'case.opened', case_id: userCase('u1', 'a2')})
      await alerts(alertOf('u1', 'a1', {type: 'alert.retracted', revision: 1}), alertOf('u1', 'a3'))
      expect(await known(userCase('u1', 'a1'))).toMatchObject({
        status: 'closed_fraud',
        alerts: [{standing: false}],
      })
      expect((await known(userCase('u1', 'a2'))).alerts.map(({alert_id}) => alert_id)).toEqual(['a2', 'a3'])
    })

    test('entries that are given again change nothing and tell nothing', async () => {
      const id = userCase('u1', 'a1')
      const entries = [
        outboxEntry(1, {alerts: [alertOf('u1', 'a1'), alertOf('u1', 'a2')]}),
        outboxEntry(2, {caseChanges: [change(id, 'noted', {change_id: '1', text: 'x'})]}),
        outboxEntry(3, {caseChanges: [closing(id, '2')]}),
        outboxEntry(4, {alerts: [alertOf('u1', 'a3')]}),
      ]
      for (const entry of entries) expect(await store.fold(entry)).not.toEqual([])
      const before = (await store.cases({}, 100, undefined)).items
      for (const entry of entries) expect(await store.fold(entry)).toEqual([])
      expect((await store.cases({}, 100, undefined)).items).toEqual(before)
    })

    test('a change of a case that is not there changes nothing', async () => {
      expect(await apply(closing('f'.repeat(32), '1'))).toEqual([])
      expect(await listed({})).toEqual([])
    })

    test('a full case lets the next alert open another', async () => {
      const many = Array.from({length: 501}, (_, i) => alertOf('u1', `a${i}`))
      await alerts(...many)
      expect((await known(userCase('u1', 'a0'))).alerts).toHaveLength(500)
      expect((await known(userCase('u1', 'a500'))).alerts).toHaveLength(1)
    })

    test('filters and pages: the newest first, each once', async () => {
      const users = Array.from({length: 25}, (_, i) => `u${i}`)
      for (const [i, user] of users.entries())
        await alerts(
          alertOf(user, `a-${user}`, {
            event_time: formatTime(at(i * 1000)),
            severity: i % 2 === 0 ? 'low' : 'high',
          }),
        )
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await store.cases({severity: 'low', from: at(2_000), to: at(24_000)}, 4, cursor)
        seen.push(...page.items.map(({entity}) => entity.value))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(seen).toEqual(['u22', 'u20', 'u18', 'u16', 'u14', 'u12', 'u10', 'u8', 'u6', 'u4', 'u2'])
      expect(await listed({entity: 'user_id', value: 'u7'})).toEqual([userCase('u7', 'a-u7')])
      expect(await listed({entity: 'merchant_id'})).toEqual([])
      await expect(store.cases({}, 4, 'AAAA')).rejects.toThrow(InvalidCursorError)
    })

    test('cases of long ago are dropped, whatever became of them; their entity begins anew', async () => {
      await alerts(
        alertOf('u1', 'a1'),
        alertOf('u2', 'b1'),
        alertOf('u2', 'b2', {event_time: formatTime(at(HOUR))}),
      )
      expect(await store.expireCases(at(1))).toBe(1)
      expect(await listed({})).toEqual([userCase('u2', 'b1')])
      expect(await store.standing(Number.POSITIVE_INFINITY)).toEqual({open: 1, overdue: 1})
      const [record] = await alerts(alertOf('u1', 'a3', {event_time: formatTime(at(2 * HOUR))}))
      expect(record?.type).toBe('case.opened')
    })

    test('of a user who is forgotten tell nothing any more; what comes later opens another', async () => {
      if (store.forget === undefined) return
      const id = userCase('u1', 'a1')
      await alerts(alertOf('u1', 'a1'), alertOf('u2', 'b1'))
      await apply(change(id, 'noted', {change_id: '1', text: 'secret'}))
      await store.forget(new ForgottenUser(userDigest('u1')))
      expect(JSON.stringify(await known(id))).not.toMatch(/u1|secret|t1/)
      expect(await listed({value: 'u1'})).toEqual([])
      expect(await listed({value: 'u2'})).toHaveLength(1)
      const [record] = await alerts(alertOf('u1', 'a2'))
      expect(record).toMatchObject({type: 'case.opened', entity: {value: 'u1'}})
    })

    test('ids of any kind do not meet', async () => {
      await alerts(...STRANGE_IDS.map((user, i) => alertOf(user, `a${i}`)))
      expect(new Set(await listed({})).size).toBe(STRANGE_IDS.length)
      for (const [i, user] of STRANGE_IDS.entries())
        expect((await known(userCase(user, `a${i}`))).entity.value).toBe(user)
    })
  })
}
