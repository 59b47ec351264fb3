import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {readYamlFolder} from '../../src/adapters/files/read-yaml-folder.js'
import {streamsWith} from '../../src/core/event/stream.js'
import type {EventTime} from '../../src/core/event/time.js'
import {FeatureComputer} from '../../src/core/feature/feature-computer.js'
import {unpackRecord} from '../../src/core/feature/feature-record.js'
import {bundleOf} from '../support/engine/collected-run.js'
import {
  type LoggedActivation,
  type LoggedEvent,
  type LogRunOptions,
  logRun,
} from '../support/engine/log-run.js'
import {PROJECT} from '../support/process/built-program.js'

const MINUTE = 60_000
const DAY = 86_400_000
const START = Date.UTC(2026, 0, 1)
/** Within the allowed lateness: nothing is refused. */
const LATE_AT_MOST = 9 * MINUTE

const shipped = await readYamlFolder(join(PROJECT, 'features'))
const BUNDLE = bundleOf(shipped.map(({text}) => text))

/** Events of three weeks, in the order of arrival. */
const generatedLog: fc.Arbitrary<readonly LoggedEvent[]> = fc
  .array(
    fc.record({
      gap: fc.constantFrom(0, 1, MINUTE, 20 * MINUTE, 3 * 3_600_000, DAY, 3 * DAY),
      late: fc.constantFrom(0, 0, 0, MINUTE, LATE_AT_MOST),
      kind: fc.constantFrom('tx', 'tx', 'tx', 'tx', 'fix', 'profile', 'feedback'),
      user: fc.constantFrom('u1', 'u2'),
      card: fc.constantFrom('c1', 'c2', undefined),
      merchant: fc.constantFrom('m1', 'm2', undefined),
      device: fc.constantFrom('d1', undefined),
      amount: fc.constantFrom(0.1, 12.34, 999.99),
      back: fc.nat({max: 10}),
    }),
    {minLength: 5, maxLength: 80},
  )
  .map((steps) => {
    let clock = START
    const paid: {id: string; user: string}[] = []
    return steps.map(({gap, late, kind, user, card, merchant, device, amount, back}, i): LoggedEvent => {
      clock += gap
      const event_time = clock - late
      const at = {event_time}
      const logged = (stream: string, event: object): LoggedEvent => ({
        stream,
        event: {...event, ...at},
        arrival_time: clock,
      })
      if (kind === 'fix') return logged('locations', {user_id: user, lat: amount / 20, lon: back})
      if (kind === 'profile') return logged('merchants', {merchant_id: merchant ?? 'm1', risk: back / 10})
      const about = paid.at(-1 - back)
      if (kind === 'feedback' && about !== undefined) {
        const {id, user: user_id} = about
        return logged('feedback', {feedback_id: `f${i}`, user_id, transaction_id: id, verdict: 'fraud'})
      }
      const id = `t${i}`
      paid.push({id, user})
      const fields = {card_id: card, merchant_id: merchant, device_id: device, ip: device && '10.0.0.1'}
      const place = back > 5 ? {lat: 1, lon: back, mcc: String(back), auth_result: 'approved'} : {}
      return logged('transactions', {transaction_id: id, user_id: user, amount, ...fields, ...place})
    })
  })

/** By transaction: the row that the recorded events give. */
function recomputed(log: readonly LoggedEvent[]): ReadonlyMap<string, readonly number[]> {
  const computer = FeatureComputer.of(BUNDLE.features, streamsWith([]), {rates: BUNDLE.rates})
  const rows = new Map<string, readonly number[]>()
  for (const {stream, event} of log) {
    const wire = JSON.parse(JSON.stringify(event)) as LoggedEvent['event']
    const row = computer.add(stream, wire, event.event_time as EventTime)
    if (row !== undefined) rows.set(String(event.transaction_id), [...row])
  }
  return rows
}

async function served(
  log: readonly (LoggedEvent | LoggedActivation)[],
  options: LogRunOptions,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const {collected} = await logRun(BUNDLE, log, options)
  const rows = new Map<string, readonly number[]>()
  for (const record of collected.featureRecords) {
    const values = [...unpackRecord(record).values]
    // What is published twice is the same.
    if (rows.has(record.transaction_id)) expect(values).toEqual(rows.get(record.transaction_id))
    rows.set(record.transaction_id, values)
  }
  return rows
}

describe('the features of each transaction, as they were served', () => {
  test('are those that the recorded events give, whatever the batches', async () => {
    await fc.assert(
      fc.asyncProperty(generatedLog, fc.constantFrom(1, 3, 512), async (log, batchSize) => {
        expect(await served(log, {batchSize})).toEqual(recomputed(log))
      }),
      {numRuns: 60},
    )
  })

  test('are the same when the process dies again and again and keys are dropped from memory', async () => {
    await fc.assert(
      fc.asyncProperty(generatedLog, async (log) => {
        const options = {batchSize: 3, diesAfter: 2, keyCapacity: 2}
        expect(await served(log, options)).toEqual(recomputed(log))
      }),
      {numRuns: 60},
    )
  })

  test('go on when other rules come into force', async () => {
    const other = bundleOf([...shipped.map(({text}) => text), {schema: 'tripline/policy/v1', version: 2}])
    await fc.assert(
      fc.asyncProperty(generatedLog, fc.nat({max: 80}), async (log, after) => {
        const place = Math.min(after, log.length)
        const at = log[Math.max(0, place - 1)]?.arrival_time ?? START
        const changed = [...log.slice(0, place), {activate: other, at}, ...log.slice(place)]
        expect(await served(changed, {batchSize: 4, keyCapacity: 3})).toEqual(recomputed(log))
      }),
      {numRuns: 40},
    )
  })

  test('come with the schema that names them and with the age of what they knew', async () => {
    const event = {user_id: 'u1', card_id: 'c1', amount: 5}
    const {collected} = await logRun(BUNDLE, [
      {stream: 'transactions', event: {...event, transaction_id: 'a', event_time: START}},
      {stream: 'transactions', event: {...event, transaction_id: 'b', event_time: START + MINUTE}},
    ])
    const [, second] = collected.featureRecords
    if (second === undefined) throw new Error('there are no records')
    const {schema, values, ages} = unpackRecord(second)
    expect(second).toMatchObject({transaction_id: 'b', user_id: 'u1', time: START + MINUTE})
    expect(schema).toBe(BUNDLE.features.schema.hash)
    expect(values[BUNDLE.features.schema.names.indexOf('card_velocity.count_10m')]).toBe(2)
    // User and card; merchant, device and address are unknown.
    expect([...ages]).toEqual([MINUTE, MINUTE, Number.NaN, Number.NaN, Number.NaN])
  })
})
