import {describe, expect, it} from 'vitest'
import type {AnchorExplanation} from '../../src/core/rule/explanation/anchor-explanation.js'
import {type Case, explained} from '../unit/core/rule/explanation/explained.js'
import {fix, transaction} from './golden-run.js'

const HEADER = {
  schema: 'tripline/rule/v1',
  id: 'explained',
  version: 1,
  title: 'A sequence to be explained',
  key: 'user_id',
  severity: 'high',
  action: 'review',
  score: 50,
}

async function explain(sequence: object, lines: Case['lines'], id: string): Promise<AnchorExplanation> {
  return explained({rule: {...HEADER, match: {sequence}}, files: [], lines}, id)
}

const flipsOf = ({flips}: AnchorExplanation): readonly string[] => flips.map(({text}) => text)
const failuresOf = ({failures}: AnchorExplanation): readonly string[] => failures.map(({text}) => text)

describe('a sequence with a repeated step', () => {
  const probing = {
    within: '1h',
    steps: [
      {as: 'probe', stream: 'transactions', when: 'probe.amount_usd < 2.0', times: '3..'},
      {as: 'big', stream: 'transactions', when: 'big.amount_usd > 500.0'},
    ],
  }
  const probe = (id: string, offset: string) => transaction(id, offset, {amount: 1})
  const big = (offset: string, amount = 600) => transaction('big', offset, {amount})

  it('that fires tells its evidence, the borders, and how many it takes', async () => {
    const lines = [probe('p1', '0m'), probe('p2', '5m'), probe('p3', '10m'), big('20m')]
    const told = await explain(probing, lines, 'big')
    expect(told.events.map(({as, id}) => `${as} ${id}`)).toEqual([
      'probe p1',
      'probe p2',
      'probe p3',
      'big big',
    ])
    expect(flipsOf(told)).toEqual([
      'would not fire with amount_usd of probe (p3) $2.00 or more',
      'would not fire at $500.00 or less',
      'would not fire with a within of less than 20 minutes',
      'would not fire with fewer than 3 transactions for "probe"',
    ])
  })

  it('that has too few tells how many were there', async () => {
    const told = await explain(probing, [probe('p1', '0m'), probe('p2', '5m'), big('20m')], 'big')
    expect(failuresOf(told)).toEqual(['2 transactions for "probe"; 3 or more are asked for'])
    expect(flipsOf(told)).toEqual(['would fire from 3 transactions for "probe" (2 were there)'])
  })

  it('that has none at all says so', async () => {
    const told = await explain(probing, [big('20m')], 'big')
    expect(failuresOf(told)).toEqual(['there is no transaction for "probe"; 3 are asked for'])
    expect(flipsOf(told)).toEqual(['would fire if there were 3 transactions for "probe"'])
  })

  it('whose last event falls short as well says what it takes together', async () => {
    const told = await explain(probing, [probe('p1', '0m'), probe('p2', '5m'), big('20m', 420.1)], 'big')
    expect(flipsOf(told)).toEqual([
      'would fire above $500.00 (it was $420.10), and from 3 transactions for "probe" (2 were there)',
    ])
  })
})

describe('a sequence with an absence', () => {
  const unconfirmed = {
    within: '30m',
    steps: [
      {as: 'sent', stream: 'transactions', when: 'sent.type == "transfer" && sent.amount_usd > 500.0'},
      {absent: 'confirm', stream: 'locations'},
    ],
  }
  const sent = transaction('t1', '5m', {amount: 900, type: 'transfer'})

  it('waits until its deadline, and tells what would cancel it', async () => {
    const told = await explain(unconfirmed, [sent], 't1')
    expect(told).toMatchObject({fires: true, deadline: '2026-01-01T00:35:00.000Z'})
    expect(flipsOf(told)).toEqual([
      'would not fire at $500.00 or less',
      'would not fire if there were a location fix for "confirm" by 2026-01-01T00:35:00.000Z',
      'would not fire with type other than "transfer"',
    ])
  })

  it('that was cancelled says by what, and fires without it', async () => {
    const told = await explain(unconfirmed, [sent, fix('l9', '35m')], 't1')
    expect(told).toMatchObject({fires: false, deadline: null})
    expect(failuresOf(told)).toEqual(['was cancelled by locations l9, 30 minutes after t1 (absent: confirm)'])
    expect(flipsOf(told)).toEqual(['would fire without locations l9'])
  })

  it('tells what it would take for the event not to cancel it', async () => {
    const guarded = {
      ...unconfirmed,
      steps: [
        unconfirmed.steps[0],
        {
          absent: 'back',
          stream: 'transactions',
          when: 'back.type == "refund" && back.amount_usd >= sent.amount_usd',
        },
      ],
    }
    const refund = transaction('t2', '10m', {amount: 950, type: 'refund'})
    expect(flipsOf(await explain(guarded, [sent, refund], 't1'))).toEqual([
      'would fire above $950.00 (it was $900.00)',
      'would fire without transactions t2',
      'would fire with type of back (t2) other than "refund"',
    ])
  })

  it('between two steps is cancelled by what lies between them', async () => {
    const jump = {
      within: '1h',
      steps: [
        {as: 'here', stream: 'locations'},
        {absent: 'spent', stream: 'transactions', when: 'spent.amount > 10.0'},
        {as: 'there', stream: 'locations'},
      ],
    }
    const lines = [fix('l1', 0), transaction('t1', '10m', {amount: 20}), fix('l2', '20m')]
    expect(failuresOf(await explain(jump, lines, 'l2'))).toEqual([
      'was cancelled by transactions t1, 10 minutes before l2 (absent: spent)',
    ])
  })
})

describe('a sequence with until or next', () => {
  const steps = [
    {as: 'first', stream: 'transactions', when: 'first.amount > 100.0'},
    {as: 'second', stream: 'transactions', when: 'second.amount > 100.0'},
  ]

  it('says what ended it', async () => {
    const ended = {within: '1h', steps, until: {as: 'seen', stream: 'locations'}}
    const lines = [
      transaction('t1', 0, {amount: 200}),
      fix('l1', '5m'),
      transaction('t2', '10m', {amount: 200}),
    ]
    const told = await explain(ended, lines, 't2')
    expect(failuresOf(told)).toEqual(['was ended by locations l1, 5 minutes before t2 (until: seen)'])
    expect(flipsOf(told)).toEqual(['would fire without locations l1'])
  })

  it('says what lies where nothing may', async () => {
    const strict = {within: '1h', steps: [steps[0], {...steps[1], next: true}]}
    const lines = ['t1', 't2', 't3'].map((id, i) => transaction(id, `${i}m`, {amount: id === 't2' ? 5 : 200}))
    const told = await explain(strict, lines, 't3')
    expect(failuresOf(told)).toEqual([
      'transactions t2, 1 minute before t3 lies right before "second", which must be next',
    ])
    expect(flipsOf(told)).toEqual(['would fire without transactions t2'])
  })

  it('tells by how much the first step lies outside within', async () => {
    const lines = [transaction('t1', 0, {amount: 200}), transaction('t2', 3_601_500, {amount: 200})]
    const told = await explain({within: '1h', steps}, lines, 't2')
    expect(failuresOf(told)).toEqual([
      'transactions t1 and transactions t2 are 1 hour 1 second 500 milliseconds apart: 1 second 500 milliseconds more than within (1 hour)',
    ])
    expect(flipsOf(told)).toEqual([
      'would fire with a within of 1 hour 1 second 500 milliseconds or more (it is 1 hour)',
    ])
  })
})
