import {expect, test} from 'vitest'
import {Metrics} from '../../../../src/adapters/telemetry/metrics.js'
import {spanExporter} from '../../../../src/adapters/telemetry/span-exporter.js'
import type {PartitionReading} from '../../../../src/adapters/telemetry/standing-metrics.js'
import type {EventTime, WallTime} from '../../../../src/core/event/time.js'
import {OffsetMismatchError, StaleEpochError} from '../../../../src/engine/port/state-store.js'
import {outboxEntry} from '../../../conformance/samples.js'
import {type Samples, samplesOf} from '../../../support/telemetry/samples.js'
import {ManualTime} from '../../../support/webhook/manual-time.js'

const NOW = 1_000_000

function metricsOf(readings: readonly PartitionReading[] = []) {
  const clock = new ManualTime(NOW)
  const metrics = new Metrics({clock, partitions: () => readings, webhookBacklog: async () => new Map()})
  const read = async (): Promise<Samples> => samplesOf((await metrics.expose()).text)
  return {clock, metrics, read}
}

function reading(change: Partial<PartitionReading>): PartitionReading {
  const nothing = {partition: 0, unread: 0, readUpTo: undefined, ledger: {}, rules: [], unknownCurrencies: 0}
  return {...nothing, watermark: Number.NEGATIVE_INFINITY as EventTime, ...change}
}

const IN_0 = {partition: '0'}

test('before the first event nothing lags', async () => {
  const samples = await metricsOf([reading({})]).read()
  expect(samples.value('tripline_watermark_lag_seconds', IN_0)).toBe(0)
  expect(samples.value('tripline_unread_seconds', IN_0)).toBe(0)
})

test('lag is told by partition', async () => {
  const readUpTo = (NOW - 7000) as WallTime
  const samples = await metricsOf([
    reading({watermark: (NOW - 5000) as EventTime}),
    reading({partition: 1, watermark: (NOW - 9000) as EventTime, unread: 12, readUpTo}),
  ]).read()
  expect(samples.value('tripline_watermark_lag_seconds', IN_0)).toBe(5)
  expect(samples.value('tripline_watermark_lag_seconds', {partition: '1'})).toBe(9)
  expect(samples.value('tripline_unread_inputs', {partition: '1'})).toBe(12)
  expect(samples.value('tripline_unread_seconds', {partition: '1'})).toBe(7)
})

test('a ledger that does not balance shows', async () => {
  const account = {in: 3, accepted: 1, duplicate: 0, late: 0, dead_lettered: 1}
  const samples = await metricsOf([reading({ledger: {transactions: account}})]).read()
  expect(samples.value('tripline_ledger_unbalanced_streams', IN_0)).toBe(1)
})

test('the outbox is as old as its oldest entry that is not published; one that fails stays', async () => {
  const {clock, metrics, read} = metricsOf()
  const finish: (() => void)[] = []
  const waiting = metrics.outbox.watched({publish: () => new Promise((resolve) => finish.push(resolve))})
  const age = async () => (await read()).value('tripline_outbox_age_seconds')
  expect(await age()).toBe(0)
  const first = waiting.publish(outboxEntry(1))
  clock.advance(2000)
  const second = waiting.publish(outboxEntry(2))
  clock.advance(1000)
  expect(await age()).toBe(3)
  finish[0]?.()
  await first
  expect(await age()).toBe(1)
  finish[1]?.()
  await second
  expect(await age()).toBe(0)
  expect((await read()).value('tripline_publish_seconds_sum')).toBe(4)

  const failing = metrics.outbox.watched({publish: () => Promise.reject(new Error('disk full'))})
  await expect(failing.publish(outboxEntry(3))).rejects.toThrow('disk full')
  clock.advance(60_000)
  expect(await age()).toBe(60)
})

test('commits that are refused are counted by cause, other failures are not', async () => {
  const {metrics, read} = metricsOf()
  metrics.observeFailure(new StaleEpochError(0, 1, 2))
  metrics.observeFailure(new OffsetMismatchError(0, 1, 2))
  metrics.observeFailure(new OffsetMismatchError(0, 2, 3))
  metrics.observeFailure(new Error('disk full'))
  const samples = await read()
  expect(samples.value('tripline_commits_fenced_total', {cause: 'stale_epoch'})).toBe(1)
  expect(samples.value('tripline_commits_fenced_total', {cause: 'offset_mismatch'})).toBe(2)
})

test('how far other partitions hold time back is told where events are exchanged', async () => {
  const samples = await metricsOf([reading({}), reading({partition: 1, heldBack: 90_000})]).read()
  expect(samples.value('tripline_exchange_held_back_seconds', {partition: '1'})).toBe(90)
  expect(samples.value('tripline_exchange_held_back_seconds', IN_0)).toBeUndefined()
})

test('counters that are read from elsewhere show what is there now, each time', async () => {
  let ledger = {transactions: {in: 3, accepted: 3, duplicate: 0, late: 0, dead_lettered: 0}}
  const clock = new ManualTime(NOW)
  const partitions = () => [reading({ledger})]
  const metrics = new Metrics({clock, partitions, webhookBacklog: async () => new Map([['wh_1', 4]])})
  const read = async () => samplesOf((await metrics.expose()).text)
  const inputs = {partition: '0', stream: 'transactions'}
  await read()
  ledger = {transactions: {in: 5, accepted: 4, duplicate: 1, late: 0, dead_lettered: 0}}
  const samples = await read()
  expect(samples.value('tripline_inputs_total', inputs)).toBe(5)
  expect(samples.value('tripline_input_fates_total', {...inputs, fate: 'duplicate'})).toBe(1)
  expect(samples.value('tripline_webhook_backlog', {subscription: 'wh_1'})).toBe(4)
})

test('an endpoint that does not suit the exporter is refused with what to write', async () => {
  await expect(spanExporter({exporter: 'otlp', endpoint: 'udp://agent:6832'})).rejects.toThrow(
    /telemetry\.endpoint.*4318/,
  )
})
