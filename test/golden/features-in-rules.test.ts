import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {compileContent} from '../../src/core/bundle/bundle-content.js'
import {formatFault} from '../../src/core/source/source-fault.js'
import {bundleOf, collectedRun, SETTINGS} from '../support/engine/collected-run.js'
import {type LoggedEvent, logRun} from '../support/engine/log-run.js'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 1)

const velocity = {
  schema: 'tripline/feature-view/v1',
  name: 'velocity',
  entity: 'user_id',
  windows: ['1h'],
  aggregates: [
    {name: 'count', fn: 'count'},
    {name: 'amount', fn: 'sum', of: 'tx.amount'},
  ],
}

const ratio = {
  schema: 'tripline/feature-view/v1',
  kind: 'row',
  name: 'ratio',
  entity: 'user_id',
  rows: [
    {name: 'share', expr: 'tx.amount / features.velocity.amount_1h'},
    {name: 'far', expr: 'distance_miles(location, tx) > 1000.0'},
  ],
}

const merchants = {...velocity, name: 'busy', entity: 'merchant_id'}

function rule(fields: object): object {
  return {
    schema: 'tripline/rule/v1',
    id: 'r',
    version: 1,
    title: 'A rule over features',
    key: 'user_id',
    severity: 'high',
    action: 'review',
    score: 50,
    ...fields,
  }
}

function when(condition: string): {readonly match: object} {
  return {match: {event: {as: 'tx', stream: 'transactions'}, when: condition}}
}

function tx(id: string, after: number, fields: object = {}): LoggedEvent {
  const event = {transaction_id: id, user_id: 'u1', amount: 10, event_time: START + after, ...fields}
  return {stream: 'transactions', event}
}

async function standing(files: readonly object[], log: readonly LoggedEvent[]): Promise<readonly string[]> {
  const {collected} = await collectedRun(bundleOf(files), log)
  return collected.standing().map(({anchor}) => anchor.id)
}

describe('a rule', () => {
  test('sees the features of its key as of the transaction, itself included', async () => {
    const files = [velocity, rule(when('features.velocity.count_1h > 2'))]
    expect(await standing(files, [tx('a', 0), tx('b', 1), tx('c', 2), tx('d', 60 * MINUTE + 2)])).toEqual([
      'c',
    ])
  })

  test('sees row features and their joins', async () => {
    const files = [velocity, ratio, rule(when('features.ratio.share > 0.5 && features.ratio.far'))]
    const fix: LoggedEvent = {stream: 'locations', event: {user_id: 'u1', lat: 0, lon: 0, event_time: START}}
    const log = [
      fix,
      tx('a', 1, {lat: 40, lon: 40}),
      tx('b', 2, {lat: 40, lon: 40}),
      tx('c', 3, {lat: 1, lon: 1}),
    ]
    expect(await standing(files, log)).toEqual(['a'])
  })

  test('is evaluated again when a late event changes the windows of later transactions', async () => {
    const files = [velocity, rule(when('features.velocity.count_1h == 2'))]
    const {collected} = await collectedRun(bundleOf(files), [
      tx('b', MINUTE),
      tx('c', 2 * MINUTE),
      tx('a', 0),
    ])
    expect(collected.alertRecords.map(({type, anchor}) => [type, anchor.id])).toEqual([
      ['alert.opened', 'c'],
      ['alert.opened', 'b'],
      ['alert.retracted', 'c'],
    ])
  })

  test('by merchant sees the features of its merchant', async () => {
    const files = [merchants, rule({key: 'merchant_id', ...when('features.busy.count_1h > 1')})]
    const log = [
      tx('a', 0, {merchant_id: 'm1'}),
      tx('b', 1, {merchant_id: 'm1', user_id: 'u2'}),
      tx('c', 2, {merchant_id: 'm2'}),
    ]
    expect(await standing(files, log)).toEqual(['b'])
  })

  test('in having sees those of the anchor', async () => {
    const window = {as: 'tx', stream: 'transactions', span: '10m'}
    const match = {window, having: 'count() >= 2 && features.velocity.count_1h >= 3'}
    const files = [velocity, rule({match})]
    expect(await standing(files, [tx('a', 0), tx('b', 1), tx('c', 2)])).toEqual(['c'])
  })

  test('may not use the features of another key', () => {
    const files = [merchants, rule(when('features.busy.count_1h > 1'))]
    const texts = files.map((file, i) => ({path: `${i}.yaml`, text: JSON.stringify(file)}))
    const {bundle, faults} = compileContent({files: texts, settings: SETTINGS, streams: []})
    expect(bundle).toBeUndefined()
    expect(faults.map(formatFault)).toEqual([
      expect.stringMatching(
        /1\.yaml:1:\d+: features\.busy\.count_1h is of the merchant_id, the rule's key is user_id; write key: merchant_id, or give a view with entity: user_id the feature/,
      ),
    ])
  })
})

/** The anchors for which the rule holds, by looking at all events. */
function truth(log: readonly LoggedEvent[]): readonly string[] {
  const all = log.map(({event}) => event as {transaction_id: string; event_time: number; amount: number})
  const firing = all.filter((anchor) => {
    const members = all.filter(
      ({event_time, transaction_id}) =>
        event_time > anchor.event_time - 60 * MINUTE &&
        (event_time < anchor.event_time ||
          (event_time === anchor.event_time && transaction_id <= anchor.transaction_id)),
    )
    const amount = members.reduce((total, member) => total + member.amount, 0)
    return members.length >= 3 && anchor.amount > 0.5 * amount
  })
  return firing.map(({transaction_id}) => transaction_id).sort()
}

describe('what a rule over features finds', () => {
  const generatedLog = fc
    .array(
      fc.record({
        gap: fc.constantFrom(0, 0, MINUTE, 5 * MINUTE, 30 * MINUTE),
        late: fc.constantFrom(0, 0, 1, 5 * MINUTE, 9 * MINUTE),
        amount: fc.constantFrom(1, 10, 50, 200),
      }),
      {maxLength: 40},
    )
    .map((steps) => {
      let clock = 0
      return steps.map(({gap, late, amount}, i) => {
        clock += gap
        return {...tx(`t${(i * 37) % 100}`, clock - late, {amount}), arrival_time: START + clock}
      })
    })
  const bundle = bundleOf([
    velocity,
    ratio,
    rule(when('features.velocity.count_1h >= 3 && features.ratio.share > 0.5')),
  ])

  test('does not depend on the arrival of the events, on batches or on restarts', async () => {
    await fc.assert(
      fc.asyncProperty(
        generatedLog,
        fc.constantFrom(1, 4, 512),
        fc.boolean(),
        async (log, batchSize, dies) => {
          const options = {batchSize, keyCapacity: 1, ...(dies ? {diesAfter: 2} : {})}
          const {collected} = await logRun(bundle, log, options)
          const found = collected.standing().map(({anchor}) => anchor.id)
          expect(found.toSorted()).toEqual(truth(log))
        },
      ),
      {numRuns: 150},
    )
  })
})
