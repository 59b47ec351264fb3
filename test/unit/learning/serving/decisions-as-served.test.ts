import {describe, expect, test} from 'vitest'
import {Line} from '../../../../src/adapters/files/line-reader.js'
import {ModelServing} from '../../../../src/app/learning/model-serving.js'
import {runReplay} from '../../../../src/app/replay/run-replay.js'
import type {Bundle} from '../../../../src/core/bundle/bundle.js'
import {isInControlSample} from '../../../../src/core/decision/control-sample.js'
import {servedRowOf} from '../../../../src/learning/training/served-rows.js'
import {bundleOf, Collected} from '../../../support/engine/collected-run.js'
import {FixedModel} from './fixed-model.js'

const VIEW = {
  schema: 'tripline/feature-view/v1',
  name: 'payment',
  kind: 'row',
  entity: 'user_id',
  rows: [{name: 'amount', expr: 'tx.amount'}],
}
const policy = (more: object) => ({
  ...{schema: 'tripline/policy/v1', version: 1, model: {review: 0.5, decline: 0.9}},
  ...more,
})
const plain = bundleOf([VIEW, policy({})])
const SAMPLE = {share: 0.25, seed: 3}
const sampled = bundleOf([VIEW, policy({control_sample: SAMPLE})])

/** An amount of 700 scores 0.7. */
const model = (version: number, scoreOf = (amount: number) => amount / 1000) =>
  new FixedModel(version, plain.features.schema, scoreOf)

const serving = (deciding: FixedModel | undefined, shadow?: FixedModel, troubles: string[] = []) => {
  const scorer = new ModelServing({within: 50, onShadowTrouble: (reason) => troubles.push(reason)})
  scorer.swap(deciding)
  scorer.swapShadow(shadow)
  return scorer
}

/** Two hundred purchases, a third of each kind: 0.1 approve, 0.6 review, 0.95 decline. */
const AMOUNTS = Array.from({length: 200}, (_, at) => [100, 600, 950][at % 3] as number)

async function run(bundle: Bundle, scorer: ModelServing | undefined, amounts = AMOUNTS, more: object = {}) {
  const collected = new Collected()
  const lines = amounts.map((amount, at) => {
    const event_time = 1_767_225_600_000 + at * 60_000
    const event = {transaction_id: `t${at}`, user_id: 'u1', amount, event_time, ...more}
    return Line.of(JSON.stringify({stream: 'transactions', event}))
  })
  const blocks = (async function* () {
    yield lines
  })()
  await runReplay({lines: blocks, bundle, publisher: collected, scorer, logsFeatures: true})
  return {decided: collected.decided(), rows: collected.featureRecords.map(servedRowOf)}
}

describe('the control sample of the policy', () => {
  test('is treated otherwise than asked, and the feature log says how likely that was', async () => {
    const before = await run(plain, serving(model(3)))
    const {decided, rows} = await run(sampled, serving(model(3)))
    const instead = {approve: 'review', decline: 'approve', review: 'review'}
    for (const [at, {transaction_id: id, decision}] of decided.entries()) {
      const asked = before.decided[at]?.decision ?? 'approve'
      const isPicked = isInControlSample(id, SAMPLE)
      expect(decision).toBe(isPicked ? instead[asked] : asked)
      expect(rows[at]).toMatchObject({
        transactionId: id,
        decision,
        propensity: isPicked && asked !== 'review' ? 0.25 : 1,
      })
    }
    expect(new Set(rows.map(({propensity, decision}) => `${propensity} ${decision}`))).toEqual(
      new Set(['1 approve', '1 review', '1 decline', '0.25 approve', '0.25 review']),
    )
  })

  test('gives its reason for a review that nothing else asks for', async () => {
    const {decided} = await run(sampled, serving(model(3)))
    const picked = decided.find(({decision, score}) => decision === 'review' && score === 0.1)
    expect(picked?.reasons).toEqual([
      {
        code: 'CONTROL_SAMPLE',
        text: 'Picked at random to be looked at, as a sample of what is approved',
        weight: 1,
      },
    ])
  })

  test('is the same in every run of the same events', async () => {
    const [once, again] = [await run(sampled, serving(model(3))), await run(sampled, serving(model(3)))]
    expect(again.decided).toEqual(once.decided)
  })

  test('serves the model: without a score nothing is treated otherwise', async () => {
    const {decided, rows} = await run(sampled, undefined)
    expect(new Set(decided.map(({decision}) => decision))).toEqual(new Set(['approve']))
    expect(rows.every(({propensity, score}) => propensity === 1 && score === undefined)).toBe(true)
  })
})

describe('the feature log', () => {
  test('holds the score, the version that gave it, and when the decision was given', async () => {
    const {rows} = await run(plain, serving(model(3)), [600])
    expect(rows[0]).toMatchObject({
      decidedAt: 1_767_225_600_000,
      decision: 'review',
      score: 0.6,
      model: 3,
      challenger: undefined,
    })
  })
})

describe('a challenger in shadow', () => {
  test('scores the same rows, is recorded, and changes no decision', async () => {
    const alone = await run(plain, serving(model(3)))
    const shadow = model(4, (amount) => 1 - amount / 1000)
    const {decided, rows} = await run(plain, serving(model(3), shadow))
    expect(decided).toEqual(alone.decided)
    expect(rows[0]).toMatchObject({score: 0.1, model: 3, challenger: {version: 4, score: 0.9}})
    expect(shadow.calls.reduce((sum, count) => sum + count, 0)).toBe(200)
  })

  test('that fails, gives no number or is too slow leaves decisions as they are', async () => {
    const troubles: string[] = []
    const failing = new FixedModel(
      4,
      plain.features.schema,
      () => 1,
      async () => {
        throw new Error('out of memory')
      },
    )
    const slow = new FixedModel(
      5,
      plain.features.schema,
      () => 1,
      () => new Promise(() => undefined),
    )
    const numberless = model(6, () => Number.NaN)
    const other = new FixedModel(7, {hash: 'other', names: ['payment.amount']}, () => 1)
    for (const shadow of [failing, slow, numberless, other]) {
      const {decided, rows} = await run(plain, serving(model(3), shadow, troubles), [100])
      expect(decided[0]).toMatchObject({decision: 'approve', score: 0.1, degraded: []})
      expect(rows[0]?.challenger).toBeUndefined()
    }
    expect(troubles).toEqual([
      'model fixed version 4: out of memory',
      'model fixed version 5: it did not answer within 50 ms',
      'model fixed version 6 gave a score that is no probability',
      'model fixed version 7 was trained on other features than those in force',
    ])
  })

  test('scores also where no version is in force', async () => {
    const {rows} = await run(plain, serving(undefined, model(4)), [600])
    expect(rows[0]).toMatchObject({score: undefined, challenger: {version: 4, score: 0.6}})
  })
})

describe('a transaction that training never saw the like of', () => {
  const views = bundleOf([
    {
      ...VIEW,
      rows: [
        {name: 'online', expr: 'tx.channel == "online"'},
        {name: 'usd', expr: 'tx.amount_usd'},
        {name: 'root', expr: 'sqrt(0.0 - tx.amount)'},
      ],
    },
    policy({}),
  ])
  const score = (value: number) => (value === 0 ? 0.6 : Number.NaN)
  const serve = (more: object) =>
    run(views, serving(new FixedModel(3, views.features.schema, score)), [100], more)

  test('has features all the same: an unknown category is one like any other, what is no number is missing', async () => {
    const {decided, rows} = await serve({channel: 'telepathy', currency: 'XXX'})
    expect([...(rows[0]?.values ?? [])]).toEqual([0, Number.NaN, Number.NaN])
    expect(decided[0]).toMatchObject({decision: 'review', score: 0.6, degraded: []})
  })

  test('is decided by rules where a model gives no number', async () => {
    const {decided, rows} = await serve({channel: 'online'})
    expect(decided[0]).toMatchObject({decision: 'approve', score: null, degraded: ['model']})
    expect(rows[0]).toMatchObject({score: undefined, model: undefined, propensity: 1})
  })
})
