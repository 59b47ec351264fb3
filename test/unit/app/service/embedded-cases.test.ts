import {afterEach, beforeEach, expect, test} from 'vitest'
import {AuditTrail} from '../../../../src/adapters/embedded/audit-trail.js'
import {EmbeddedDatabase} from '../../../../src/adapters/embedded/database.js'
import {loadConfig} from '../../../../src/app/config/load-config.js'
import {EmbeddedCases} from '../../../../src/app/service/embedded-cases.js'
import type {CaseRecord} from '../../../../src/core/case/case-events.js'
import type {WallTime} from '../../../../src/core/event/time.js'
import {userDigest} from '../../../../src/core/forgetting/tombstone.js'
import {alertOf, change, closing, userCase} from '../../../conformance/cases.js'
import {outboxEntry} from '../../../conformance/samples.js'
import {temporaryFolder} from '../../../conformance/temporary-folder.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let database: EmbeddedDatabase
let audit: AuditTrail
const clock = {now: () => 0 as WallTime}

beforeEach(async () => {
  folder = await temporaryFolder()
  database = await EmbeddedDatabase.open(folder.path)
  audit = await AuditTrail.open(database, clock)
})
afterEach(async () => {
  await database.close()
  await folder.remove()
})

/** As a process begins: on what the last one left. */
function begin(publishCases: (records: readonly CaseRecord[]) => Promise<void>): Promise<EmbeddedCases> {
  return EmbeddedCases.open({
    config: loadConfig({folder: folder.path, env: {}}),
    ...{database, audit, clock, publishCases},
    log: {append: () => Promise.reject(new Error('nothing is appended here'))},
    partition: 0,
    settled: async () => undefined,
    readModel: {newestEventTime: async () => undefined},
    decisions: {decision: async () => undefined},
    lists: () => ({
      timelines: {events: async () => []},
      rules: {activate: () => Promise.reject(new Error('nothing is listed here'))},
    }),
    metrics: {watchCases: () => undefined},
  })
}

test('what a crash kept from subscribers is told when the entry is published again, once', async () => {
  const entry = outboxEntry(1, {alerts: [alertOf('u1', 'a1'), alertOf('u2', 'b1')]})
  const broken = await begin(() => Promise.reject(new Error('the disk is full')))
  await expect(broken.publish(entry)).rejects.toThrow('the disk is full')
  const told: CaseRecord[] = []
  const next = await begin(async (records) => void told.push(...records))
  await next.publish(entry)
  await next.publish(entry)
  expect(told.map(({type, entity}) => [type, entity.value])).toEqual([
    ['case.opened', 'u1'],
    ['case.opened', 'u2'],
  ])
  const heard = next.feed.after('0.999999')
  expect(heard?.map(({id}) => id)).toEqual(['1.0', '2.0'])
})

test('what people did is on the trail with what it changed, once, and without what they wrote', async () => {
  const cases = await begin(async () => undefined)
  const id = userCase('u1', 'a1')
  await cases.publish(outboxEntry(1, {alerts: [alertOf('u1', 'a1')]}))
  for (let i = 0; i < 2; i++) {
    await cases.publish(
      outboxEntry(2, {caseChanges: [change(id, 'noted', {change_id: '1', text: 'secret'})]}),
    )
    await cases.publish(outboxEntry(3, {caseChanges: [closing(id, '2')]}))
  }
  const {items} = await audit.records(10, undefined)
  expect(items.map(({action, after}) => [action, after])).toMatchObject([
    ['case.close', {status: 'closed_fraud', notes: 1}],
    ['case.note', {status: 'open', notes: 1}],
  ])
  expect(JSON.stringify(items)).not.toContain('secret')
})

test('of a user who is forgotten the cases tell nothing any more', async () => {
  const cases = await begin(async () => undefined)
  const id = userCase('u1', 'a1')
  await cases.publish(outboxEntry(1, {alerts: [alertOf('u1', 'a1'), alertOf('u2', 'b1')]}))
  await cases.publish(outboxEntry(2, {caseChanges: [change(id, 'noted', {change_id: '1', text: 'secret'})]}))
  await cases.publish(outboxEntry(3, {forgetting: {user: userDigest('u1'), before: 3, events: []}}))
  const left = JSON.stringify([await cases.store.case(id), cases.feed.after('0.999999')])
  expect(left).not.toMatch(/u1|secret|t1/)
  expect(left).toContain('u2')
  const rows = await database.level.iterator().all()
  expect(rows.filter(([key, value]) => `${key}${value}`.includes('u1'))).toEqual([])
})
