import {expect, test} from 'vitest'
import {measureDrift} from '../../../src/app/learning/drift.js'
import {driftWords} from '../../../src/app/learning/drift-words.js'
import {distributionOf, distributionsOf} from '../../../src/core/model/distribution.js'
import type {ServedEntry, ServedRow} from '../../../src/learning/training/served-rows.js'
import {FEATURE_NAMES, smallModel} from '../../support/learning/small-model.js'

const HASH = 'f'.repeat(32)
/** Three features that take each of ten values as often. */
const valuesOf = (nth: number) => [nth % 10, 100 * (nth % 10), nth % 10]
const TRAINING = Float32Array.from(Array.from({length: 1000}, (_, nth) => valuesOf(nth)).flat())
const {manifest} = smallModel({
  distribution: {
    features: distributionsOf(TRAINING, 3),
    score: distributionOf(Float32Array.from({length: 100}, (_, nth) => nth / 100)),
  },
})

async function* served(
  count: number,
  values: (nth: number) => readonly number[],
  change: (nth: number) => Partial<ServedRow & {readonly hash: string}> = () => ({}),
): AsyncGenerator<ServedEntry> {
  for (let nth = 0; nth < count; nth++) {
    const {hash = HASH, ...row} = change(nth)
    yield {
      schema: {hash, names: FEATURE_NAMES},
      row: {
        ...{transactionId: `t${nth}`, userId: 'u1', time: nth, propensity: 1},
        ...{decidedAt: undefined, decision: undefined, score: undefined, model: undefined},
        ...{challenger: undefined, values: Float64Array.from(values(nth)), ages: new Float64Array(5), ...row},
      },
    }
  }
}

test('what was served as in training has not drifted', async () => {
  const report = await measureDrift(manifest, served(1000, valuesOf))
  expect(report).toMatchObject({version: 1, rows: 1000, other_features: 0, scores: 0, score: null})
  expect(report.features.map(({psi, state}) => [psi, state])).toEqual(new Array(3).fill([0, 'steady']))
})

test('the feature that moved furthest comes first, and one that is missing now has moved, too', async () => {
  const report = await measureDrift(
    manifest,
    served(1000, (nth) => [nth % 10, 300 * (nth % 10), nth % 4 === 0 ? Number.NaN : nth % 10]),
  )
  expect(report.features.map(({feature, state}) => [feature, state])).toEqual([
    ['card.amount_1h', 'alarm'],
    ['place.kmh', 'alarm'],
    ['card.count_1h', 'steady'],
  ])
  expect(driftWords(report)).toEqual([
    '1000 transactions against the training of version 1; PSI from 0.1 on is worth a look, from 0.25 on an alarm',
    '  score: it scored none of them',
    expect.stringMatching(/^ {2}card\.amount_1h: \d+\.\d{3} \(alarm\)$/),
    expect.stringMatching(/^ {2}place\.kmh: \d+\.\d{3} \(alarm\)$/),
    '  1 features lie as they did',
  ])
})

test('only scores of the version itself count, and only rows of its features', async () => {
  const report = await measureDrift(
    manifest,
    served(400, valuesOf, (nth) => ({
      score: 0.99,
      model: nth % 2 === 0 ? 1 : 2,
      hash: nth < 100 ? HASH : 'another',
    })),
  )
  expect(report).toMatchObject({rows: 100, other_features: 300, scores: 50, score: {state: 'alarm'}})
  const words = driftWords(report)
  expect(words).toContain('  300 were served other features, and left out')
  expect(words).toContain('  so few say more about chance than about drift: 500 are the least')
})

test('where nothing was served there is nothing to tell', async () => {
  expect(await measureDrift(manifest, served(0, valuesOf))).toMatchObject({
    rows: 0,
    features: [],
    score: null,
  })
})

test('a version that does not say how its features lay is refused with what to do', async () => {
  const silent = smallModel().manifest
  await expect(measureDrift(silent, served(10, valuesOf))).rejects.toThrow(
    'version 1 does not say how features lay in its training, for it was trained before drift was measured; train a new one',
  )
})
