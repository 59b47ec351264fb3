import {describe, expect, test} from 'vitest'
import {learntUpTo, rowsFrom, weigh} from '../../../../src/learning/evidence/evidence.js'
import {servedParity} from '../../../../src/learning/evidence/served-parity.js'
import {speaksFor, spokeForInTraining} from '../../../../src/learning/evidence/speaks-for.js'
import type {ServedRow} from '../../../../src/learning/training/served-rows.js'
import type {TrainingSet} from '../../../../src/learning/training/training-set.js'
import {smallModel} from '../../../support/learning/small-model.js'
import {FixedModel} from '../serving/fixed-model.js'

const features = {hash: 'abc', names: ['amount']}
const model = (version: number, scoreOf: (value: number) => number) =>
  new FixedModel(version, features, scoreOf)
/** Ranks large amounts first, or last. */
const large = (version: number) => model(version, (amount) => amount / 1000)
const small = (version: number) => model(version, (amount) => 1 - amount / 1000)

const HOUR = 3_600_000
/** Ten rows an hour apart; the largest two amounts are fraud. */
const set: TrainingSet = {
  rows: Float32Array.from([100, 900, 200, 300, 950, 400, 500, 150, 250, 350]),
  labels: Float32Array.from([0, 1, 0, 0, 1, 0, 0, 0, 0, 0]),
  weights: new Float32Array(10).fill(1),
  times: Float64Array.from({length: 10}, (_, at) => at * HOUR),
}
const IN_PARITY = {checked: 10, mismatches: 0}

describe('evidence', () => {
  test('is how both versions did on the same later rows, with counts', async () => {
    const evidence = await weigh({champion: small(1), challenger: large(2)}, rowsFrom(set, HOUR), IN_PARITY)
    expect(evidence).toMatchObject({
      champion: 1,
      challenger: 2,
      from: '1970-01-01T01:00:00.000Z',
      rows: 9,
      frauds: 2,
      average_precision: {challenger: 1},
    })
    expect(evidence?.average_precision.champion).toBeLessThan(0.3)
  })

  test('counts rows of the control sample for those they stand for', async () => {
    const of = async (weights: Float32Array) =>
      (await weigh({champion: small(1), challenger: small(2)}, {...set, weights}, IN_PARITY))
        ?.average_precision.challenger as number
    const many = new Float32Array(10).fill(1)
    many[1] = 10
    expect(await of(many)).toBeGreaterThan(await of(set.weights))
  })

  test('is none where there are no frauds among the later rows, or no later rows', async () => {
    const of = (from: number) =>
      weigh({champion: small(1), challenger: large(2)}, rowsFrom(set, from), IN_PARITY)
    expect(await of(5 * HOUR)).toBeUndefined()
    expect(await of(99 * HOUR)).toBeUndefined()
  })

  test('begins where neither version learnt from: at the rows that judged it, else at the end of its data', () => {
    const {training} = smallModel().manifest
    expect(learntUpTo({training})).toBe(Date.parse('2026-01-01T00:00:00.000Z'))
    const judged = {...training, judged_from: '2025-12-20T00:00:00.000Z'}
    expect(learntUpTo({training: judged})).toBe(Date.parse('2025-12-20T00:00:00.000Z'))
  })
})

describe('what speaks for a version', () => {
  const evidence = {
    champion: 1,
    challenger: 2,
    from: '2026-01-01T00:00:00.000Z',
    rows: 900,
    frauds: 30,
    average_precision: {champion: 0.4, challenger: 0.5},
    parity: IN_PARITY,
  }

  test('is a higher average precision on enough frauds', () => {
    expect(speaksFor(evidence, 30)).toEqual({
      found: 'average precision 0.5000 against 0.4000 of version 1 on 900 later transactions with 30 frauds',
    })
  })

  test.each([
    ['the same', {average_precision: {champion: 0.5, challenger: 0.5}}, /^average precision 0\.5000 against/],
    [
      'too few frauds',
      {frauds: 29},
      /^there are only 900 later transactions with 29 frauds to judge it by, and 30/,
    ],
    [
      'scores that it did not give in shadow',
      {parity: {checked: 800, mismatches: 3}},
      /^3 of 800 scores that version 2 gave in shadow are not those/,
    ],
  ])('is not %s', (_, changes, lacks) => {
    expect(speaksFor({...evidence, ...changes}, 30)).toEqual({lacks: expect.stringMatching(lacks)})
  })

  test('in training is the comparison with the champion of now, where there were enough frauds', () => {
    const {metrics} = smallModel().manifest
    const former = {version: 1, average_precision: 0.5, rows: 400, frauds: 25}
    expect(spokeForInTraining({metrics, compared: former}, 1, 20)).toEqual({
      found:
        'average precision 0.6000 against 0.5000 of version 1 on the same 400 later transactions with 25 frauds',
    })
    expect(spokeForInTraining({metrics, compared: former}, 3, 20)).toEqual({
      lacks: 'it was not compared with version 3, the champion',
    })
    expect(spokeForInTraining({metrics, compared: former}, 1, 26)).toHaveProperty('lacks')
  })
})

describe('parity', () => {
  const row = (amount: number, changes: Partial<ServedRow>): ServedRow => ({
    transactionId: 't',
    userId: 'u',
    time: 0,
    decidedAt: 0,
    decision: 'approve',
    score: undefined,
    model: undefined,
    propensity: 1,
    challenger: undefined,
    values: Float64Array.of(amount),
    ages: new Float64Array(5),
    ...changes,
  })
  async function* entries(rows: readonly ServedRow[], hash = 'abc') {
    for (const each of rows) yield {schema: {hash, names: ['amount']}, row: each}
  }

  test('holds where the scores given, deciding or in shadow, are those that the features give', async () => {
    const rows = [
      row(500, {model: 2, score: 0.5}),
      row(300, {model: 1, score: 0.9, challenger: {version: 2, score: 0.3}}),
      row(700, {model: 1, score: 0.1}),
      row(700, {model: 1, score: 0.1, challenger: {version: 3, score: 0.1}}),
    ]
    expect(await servedParity(large(2), entries(rows))).toEqual({checked: 2, mismatches: 0})
  })

  test('counts every score that is another, over as many rows as there are', async () => {
    const rows = Array.from({length: 600}, (_, at) => row(500, {model: 2, score: at === 599 ? 0.50001 : 0.5}))
    expect(await servedParity(large(2), entries(rows))).toEqual({checked: 600, mismatches: 1})
  })

  test('passes over rows of other features', async () => {
    expect(await servedParity(large(2), entries([row(1, {model: 2, score: 0.9})], 'other'))).toEqual({
      checked: 0,
      mismatches: 0,
    })
  })
})
