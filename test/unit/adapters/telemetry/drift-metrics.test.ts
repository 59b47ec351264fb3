import {Registry} from 'prom-client'
import {expect, test} from 'vitest'
import {Line} from '../../../../src/adapters/files/line-reader.js'
import {DriftMetrics} from '../../../../src/adapters/telemetry/drift-metrics.js'
import {runReplay} from '../../../../src/app/replay/run-replay.js'
import {distributionOf, distributionsOf} from '../../../../src/core/model/distribution.js'
import type {TrainedOn} from '../../../../src/core/model/drift-watch.js'
import type {CommittedBatch} from '../../../../src/engine/operator/batch.js'
import {bundleOf} from '../../../support/engine/collected-run.js'
import {samplesOf} from '../../../support/telemetry/samples.js'

const START = Date.UTC(2026, 2, 2)
const BUNDLE = bundleOf([
  {
    ...{schema: 'tripline/feature-view/v1', name: 'user', entity: 'user_id', windows: ['1h']},
    aggregates: [
      {name: 'count', fn: 'count'},
      {name: 'most', fn: 'max', of: 'tx.amount'},
    ],
  },
])

/** The batches of a run in which each of a hundred users pays once a minute; `amountOf` says how much. */
async function batchesOf(amountOf: (nth: number) => number, count = 10_000): Promise<CommittedBatch[]> {
  const lines = Array.from({length: count}, (_, nth) =>
    Line.of(
      JSON.stringify({
        stream: 'transactions',
        event: {
          ...{transaction_id: `t${nth}`, user_id: `u${nth % 100}`, amount: amountOf(nth)},
          event_time: START + nth * 600,
        },
      }),
    ),
  )
  const batches: CommittedBatch[] = []
  const blocks = (async function* () {
    yield lines
  })()
  await runReplay({
    ...{lines: blocks, bundle: BUNDLE, servesFeatures: true, publisher: {publish: async () => undefined}},
    onBatch: (batch) => batches.push(batch),
  })
  return batches
}

async function trainedOn(batches: readonly CommittedBatch[]): Promise<TrainedOn> {
  const rows = Float32Array.from(batches.flatMap(({featureRows}) => [...(featureRows?.values ?? [])]))
  const scores = Float32Array.from({length: 100}, (_, nth) => nth / 100)
  const {schema} = BUNDLE.features
  return {
    version: 1,
    features: schema,
    distribution: {features: distributionsOf(rows, schema.names.length), score: distributionOf(scores)},
  }
}

async function shown(batches: readonly CommittedBatch[], trained: () => TrainedOn | undefined) {
  const registry = new Registry()
  const metrics = new DriftMetrics(registry, trained)
  for (const batch of batches) metrics.observe(batch)
  return samplesOf(await registry.metrics())
}

const usual = (nth: number) => (nth * 37) % 101

test('a service that sees what its model was trained on shows no drift; one whose amounts grew shows it for them alone', async () => {
  const before = await batchesOf(usual)
  const trained = await trainedOn(before)
  const psi = async (batches: readonly CommittedBatch[]) => {
    const samples = await shown(batches, () => trained)
    return ['user.count_1h', 'user.most_1h'].map((feature) =>
      samples.value('tripline_feature_psi', {feature}),
    )
  }
  for (const value of await psi(before)) expect(value).toBeLessThan(0.1)
  const [count, most] = await psi(await batchesOf((nth) => 3 * usual(nth)))
  expect(count).toBeLessThan(0.1)
  expect(most).toBeGreaterThan(0.25)
})

test('the ages of what the features knew are shown as they were', async () => {
  const samples = await shown(await batchesOf(usual), () => undefined)
  // A user pays every minute; one transaction in sixteen is looked at, the first of each user has no age.
  expect(samples.value('tripline_feature_age_seconds_sum', {entity: 'user_id'})).toBe(
    60 * (samples.value('tripline_feature_age_seconds_count', {entity: 'user_id'}) ?? 0),
  )
  expect(samples.value('tripline_feature_age_seconds_count', {entity: 'user_id'})).toBe(625 - 6)
})

test('without a version that says how its features lay, or of other features, there is no drift to show', async () => {
  const batches = await batchesOf(usual)
  const trained = await trainedOn(batches)
  const others: readonly (TrainedOn | undefined)[] = [
    undefined,
    {...trained, distribution: undefined},
    {...trained, features: {...trained.features, hash: 'another'}},
  ]
  for (const other of others) {
    const samples = await shown(batches, () => other)
    expect(samples.value('tripline_feature_psi', {feature: 'user.count_1h'})).toBeUndefined()
    expect(samples.names).not.toContain('tripline_score_psi')
  }
})
