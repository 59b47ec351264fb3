import {describe, expect, test} from 'vitest'
import {ModelServing} from '../../../../src/app/learning/model-serving.js'
import type {StoredEvent} from '../../../../src/core/event/stored-event.js'
import {FeatureRows} from '../../../../src/core/feature/feature-rows.js'
import {bundleOf, collectedRun} from '../../../support/engine/collected-run.js'
import {FixedModel} from './fixed-model.js'

const VIEW = {
  schema: 'tripline/feature-view/v1',
  name: 'payment',
  kind: 'row',
  entity: 'user_id',
  rows: [
    {name: 'amount', expr: 'tx.amount'},
    {name: 'night', expr: 'tx.event_time.getHours() < 6'},
  ],
}
const rule = (changes: object) => ({
  schema: 'tripline/rule/v1',
  id: 'large',
  version: 1,
  title: 'Large amount',
  key: 'user_id',
  severity: 'high',
  action: 'review',
  score: 50,
  match: {event: {as: 'tx', stream: 'transactions'}, when: 'tx.amount > 900'},
  ...changes,
})
const POLICY = {schema: 'tripline/policy/v1', version: 1, model: {review: 0.5, decline: 0.9}}
const bundle = bundleOf([VIEW, POLICY])

/** Purchases of one user, a minute apart. */
const purchases = (...amounts: number[]) =>
  amounts.map((amount, at) => ({
    stream: 'transactions',
    event: {
      transaction_id: `t${at + 1}`,
      user_id: 'u1',
      amount,
      event_time: new Date(Date.UTC(2026, 0, 1, 12, at)).toISOString(),
    },
  }))

/** An amount of 700 scores 0.7. */
const byAmount = (amount: number) => amount / 1000
const model = (scoreOf = byAmount, version = 3) => new FixedModel(version, bundle.features.schema, scoreOf)

function serving(of: FixedModel | undefined, within?: number): {scorer: ModelServing; troubles: string[]} {
  const troubles: string[] = []
  const scorer = new ModelServing({within, onTrouble: (reason) => troubles.push(reason)})
  scorer.swap(of)
  return {scorer, troubles}
}

async function decisionsOf(
  scorer: ModelServing | undefined,
  amounts: number[],
  files: readonly object[] = [],
) {
  const {collected} = await collectedRun(bundleOf([VIEW, POLICY, ...files]), purchases(...amounts), scorer)
  return {decisions: collected.decided(), alerts: collected.standing()}
}

describe('the score in a decision', () => {
  test('is the probability, with the version that gave it; nothing is degraded', async () => {
    const {decisions} = await decisionsOf(serving(model()).scorer, [100])
    expect(decisions[0]).toMatchObject({
      decision: 'approve',
      score: 0.1,
      model: {id: 'fixed', version: 3},
      degraded: [],
      rules: [],
      reasons: [],
    })
  })

  test('asks for a review and declines from the thresholds of the policy on', async () => {
    const {decisions} = await decisionsOf(serving(model()).scorer, [499, 500, 899, 900])
    expect(decisions.map(({decision}) => decision)).toEqual(['approve', 'review', 'review', 'decline'])
  })

  test('counts as a hit of 100 times the score, with an alert and what moved it', async () => {
    const {decisions, alerts} = await decisionsOf(serving(model()).scorer, [700])
    expect(alerts).toHaveLength(1)
    expect(alerts[0]).toMatchObject({
      type: 'alert.opened',
      revision: 0,
      rule: {id: 'model', version: 3},
      severity: 'medium',
      action: 'review',
      score: 70,
      key: {name: 'user_id', value: 'u1'},
      anchor: {stream: 'transactions', id: 't1'},
      clauses: [{text: 'score >= 0.5', value: 0.7, holds: true}],
    })
    expect(alerts[0]?.reason).toBe(
      'The model gives this transaction a score of 0.700: payment: amount is 700, usually 0',
    )
    expect(decisions[0]).toMatchObject({
      rules: [{id: 'model', version: 3, action: 'review', score: 70, alert_id: alerts[0]?.alert_id}],
      reasons: [{code: 'PAYMENT', text: 'payment: amount is 700, usually 0', weight: 1}],
    })
  })

  test('an alert to decline is of high severity', async () => {
    const {alerts} = await decisionsOf(serving(model()).scorer, [950])
    expect(alerts[0]).toMatchObject({severity: 'high', action: 'decline', score: 95})
  })

  test('is weighed against rules as another rule would be', async () => {
    const trusted = rule({
      id: 'trusted',
      action: 'approve',
      score: 99,
      match: {event: {as: 'tx', stream: 'transactions'}, when: 'true'},
    })
    const {decisions} = await decisionsOf(serving(model()).scorer, [950, 1000], [rule({}), trusted])
    expect(decisions.map(({decision}) => decision)).toEqual(['approve', 'decline'])
    expect(decisions[1]?.rules.map(({id}) => id)).toEqual(['model', 'trusted', 'large'])
  })

  test('stays with the decision when a later event revises it', async () => {
    const confirmed = rule({
      id: 'moved',
      match: {
        together: {
          within: '1h',
          of: [
            {as: 'tx', stream: 'transactions', when: 'tx.amount > 600.0'},
            {as: 'fix', stream: 'locations'},
          ],
        },
      },
    })
    const fix = {
      stream: 'locations',
      event: {user_id: 'u1', lat: 1, lon: 1, event_time: '2026-01-01T12:30:00Z'},
    }
    const run = await collectedRun(
      bundleOf([VIEW, POLICY, confirmed]),
      [...purchases(650), fix],
      serving(model()).scorer,
    )
    const [decision] = run.collected.decided()
    expect(decision).toMatchObject({revision: 1, score: 0.65, model: {id: 'fixed', version: 3}, degraded: []})
    expect(decision?.rules.map(({id}) => id)).toEqual(['model', 'moved'])
  })
})

describe('rules alone decide, and the decision says so,', () => {
  const degraded = {score: null, model: null, degraded: ['model']}

  test('where there is no model', async () => {
    for (const scorer of [undefined, serving(undefined).scorer]) {
      const {decisions, alerts} = await decisionsOf(scorer, [950], [rule({})])
      expect(decisions[0]).toMatchObject({...degraded, decision: 'review', rules: [{id: 'large'}]})
      expect(alerts.map(({rule: {id}}) => id)).toEqual(['large'])
    }
  })

  test('where the model gives no number, for those transactions', async () => {
    const {scorer, troubles} = serving(model((amount) => (amount > 500 ? Number.NaN : 0.2)))
    const {decisions} = await decisionsOf(scorer, [100, 950])
    expect(decisions[0]).toMatchObject({score: 0.2, degraded: []})
    expect(decisions[1]).toMatchObject(degraded)
    expect(troubles).toEqual(['model fixed version 3 gave a score that is no probability'])
  })

  test('where the model was trained on other features', async () => {
    const other = new FixedModel(1, {hash: 'other', names: ['payment.amount']}, byAmount)
    const {scorer, troubles} = serving(other)
    const {decisions} = await decisionsOf(scorer, [950])
    expect(decisions[0]).toMatchObject(degraded)
    expect(other.calls).toEqual([])
    expect(troubles).toEqual(['model fixed version 1 was trained on other features than those in force'])
  })

  test('where the model fails', async () => {
    const failing = new FixedModel(3, bundle.features.schema, byAmount, async () => {
      throw new Error('out of memory')
    })
    const {scorer, troubles} = serving(failing)
    expect((await decisionsOf(scorer, [950])).decisions[0]).toMatchObject(degraded)
    expect(troubles).toEqual(['model fixed version 3: out of memory'])
  })

  test('where the model is slower than it may be', async () => {
    let answer = () => {}
    const slow = new FixedModel(
      3,
      bundle.features.schema,
      byAmount,
      () => new Promise((resolve) => (answer = resolve)),
    )
    const {scorer, troubles} = serving(slow, 20)
    expect((await decisionsOf(scorer, [950])).decisions[0]).toMatchObject(degraded)
    expect(troubles).toEqual(['model fixed version 3: it did not answer within 20 ms'])
    answer()
  })

  test('where there are no feature views', async () => {
    const run = await collectedRun(bundleOf([POLICY]), purchases(950), serving(model()).scorer)
    expect(run.collected.decided()[0]).toMatchObject(degraded)
  })
})

describe('features that cannot be had', () => {
  const night = 1
  /** As on one of several partitions. */
  const rowsWithout = (...withheld: number[]) => {
    const rows = new FeatureRows(bundle.features, 1, withheld)
    const transaction = {id: 't1'} as StoredEvent
    rows.values[rows.begin(transaction, 'u1')] = 700
    return {rows, transaction}
  }

  test('are told of where the model learnt from them', async () => {
    const {rows, transaction} = rowsWithout(night)
    const {scorer} = serving(model())
    expect((await scorer.score(rows, 1))?.get(transaction)).toMatchObject({score: 0.7, lacksFeatures: true})
  })

  test('are not missed by a model that learnt nothing from them, nor where all can be had', async () => {
    const indifferent = model()
    indifferent.learnt = [true, false]
    const withheld = rowsWithout(night)
    const scored = await serving(indifferent).scorer.score(withheld.rows, 1)
    expect(scored?.get(withheld.transaction)?.lacksFeatures).toBeUndefined()
    const whole = rowsWithout()
    const other = await serving(model()).scorer.score(whole.rows, 1)
    expect(other?.get(whole.transaction)?.lacksFeatures).toBeUndefined()
  })
})

describe('a model', () => {
  test('is asked once for a batch', async () => {
    const asked = model()
    await decisionsOf(serving(asked).scorer, [1, 2, 3, 4, 5])
    expect(asked.calls).toEqual([5])
  })

  test('is replaced while it is at work: its batch is finished by it, then it is freed', async () => {
    let answer = () => {}
    const former = new FixedModel(
      1,
      bundle.features.schema,
      byAmount,
      () => new Promise((resolve) => (answer = resolve)),
    )
    const next = model(byAmount, 2)
    const {scorer} = serving(former)
    const running = decisionsOf(scorer, [100])
    await expect.poll(() => former.calls.length).toBe(1)
    scorer.swap(next)
    expect(former.isDisposed).toBe(false)
    answer()
    expect((await running).decisions[0]?.model).toEqual({id: 'fixed', version: 1})
    expect(former.isDisposed).toBe(true)
    expect((await decisionsOf(scorer, [100])).decisions[0]?.model).toEqual({id: 'fixed', version: 2})
    expect(scorer.version).toEqual({id: 'fixed', version: 2})
  })

  test('that is idle is freed at once', () => {
    const former = model()
    const {scorer} = serving(former)
    scorer.swap(undefined)
    expect(former.isDisposed).toBe(true)
    expect(scorer.version).toBeUndefined()
  })
})
