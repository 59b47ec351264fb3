import {createHash} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import {decide} from '../../../support/oracle/decision.js'
import type {Match} from '../../../support/oracle/shapes.js'
import {location, minutes, outcome, rule, transaction} from './small-lines.js'

const every: Match = {event: {as: 'one', stream: 'transactions'}}

describe('alerts', () => {
  it('have the id that the contract computes, the anchor, its time and the evidence', () => {
    const {alerts} = outcome([transaction('t1', 5)], {rules: [rule(every, {version: 3})]})
    const identity = '["r",3,"user_id","u1","transactions","t1"]'
    expect(alerts).toEqual([
      {
        alert_id: createHash('sha256').update(identity).digest('hex').slice(0, 32),
        rule: {id: 'r', version: 3},
        key: {name: 'user_id', value: 'u1'},
        anchor: {stream: 'transactions', id: 't1'},
        event_time: minutes(5),
        events: [{as: 'one', stream: 'transactions', id: 't1', event_time: minutes(5)}],
      },
    ])
  })

  it('are sorted by event time, then alert id', () => {
    const lines = [transaction('b', 1), transaction('a', 1), transaction('c', 0)]
    const {alerts} = outcome(lines, {rules: [rule(every)]})
    expect(alerts.map(({event_time}) => event_time)).toEqual([minutes(0), minutes(1), minutes(1)])
    expect(alerts[1]!.alert_id < alerts[2]!.alert_id).toBe(true)
  })

  it('come from shadow rules too, from off and approve rules not', () => {
    const rules = [
      rule(every, {id: 'shadow', mode: 'shadow', action: 'decline'}),
      rule(every, {id: 'off', mode: 'off'}),
      rule(every, {id: 'allow', action: 'approve'}),
    ]
    const {alerts, decisions} = outcome([transaction('t1', 0)], {rules})
    expect(alerts.map((alert) => alert.rule.id)).toEqual(['shadow'])
    expect(decisions).toEqual([
      {
        transaction_id: 't1',
        user_id: 'u1',
        decision: 'approve',
        rules: [{id: 'allow', version: 1, alert_id: null}],
      },
    ])
  })
})

describe('cooldown', () => {
  const paused = [rule(every, {cooldown: '1h'})]

  it('suppresses less than the span after the last reported anchor; exactly the span is reported', () => {
    const lines = [0, 59, 60, 119, 121].map((minute) => transaction(`t${minute}`, minute))
    const {alerts, decisions} = outcome(lines, {rules: paused})
    expect(alerts.map(({anchor}) => anchor.id)).toEqual(['t0', 't60', 't121'])
    expect(decisions.map(({decision}) => decision)).toEqual(Array(5).fill('review'))
    expect(decisions[1]?.rules).toEqual([{id: 'r', version: 1, alert_id: null}])
  })

  it('runs per key, and changes with an event out of order', () => {
    const lines = [transaction('a', 30), transaction('b', 80), transaction('x', 31, {user_id: 'u2'})]
    const anchors = (more: readonly ReturnType<typeof transaction>[]) =>
      outcome([...lines, ...more], {rules: paused}).alerts.map(({anchor}) => anchor.id)
    expect(anchors([])).toEqual(['a', 'x'])
    expect(anchors([transaction('early', 0)])).toEqual(['early', 'x', 'b'])
  })

  it('goes by the anchors’ times for absences, not by their deadlines', () => {
    const silent: Match = {
      sequence: {
        within: '1h',
        steps: [
          {as: 'one', stream: 'transactions', when: 'one.amount == 1.0'},
          {as: 'two', stream: 'transactions', when: 'two.amount == 2.0'},
          {absent: 'fix', stream: 'locations'},
        ],
      },
    }
    const lines = [
      transaction('a', 0),
      transaction('b', 50, {amount: 2}),
      transaction('c', 51),
      transaction('d', 60, {amount: 2}),
    ]
    const {alerts} = outcome(lines, {rules: [rule(silent, {cooldown: '20m'})]})
    expect(alerts.map(({anchor}) => anchor.id)).toEqual(['b'])
  })
})

describe('decisions', () => {
  it.each([
    ['nothing', [], 'approve'],
    ['a review', [['review', 10]], 'review'],
    [
      'a decline and a review of a higher score',
      [
        ['decline', 10],
        ['review', 90],
      ],
      'decline',
    ],
    [
      'an approve of the same score as a decline',
      [
        ['approve', 50],
        ['decline', 50],
      ],
      'approve',
    ],
    [
      'a decline of a higher score than an approve',
      [
        ['approve', 50],
        ['decline', 51],
      ],
      'decline',
    ],
    [
      'an approve and a review of a higher score',
      [
        ['approve', 50],
        ['review', 90],
      ],
      'approve',
    ],
    [
      'the best of two approves',
      [
        ['approve', 10],
        ['approve', 60],
        ['decline', 50],
      ],
      'approve',
    ],
  ] as const)('%s', (_, hits, expected) => {
    expect(decide(hits.map(([action, score]) => ({action, score})))).toBe(expected)
  })

  it('are given to every transaction, sorted, with the hits of its own anchors only', () => {
    const onFix: Match = {event: {as: 'fix', stream: 'locations'}}
    const rules = [rule(every, {id: 'b', key: 'card_id'}), rule(every, {id: 'a'}), rule(onFix, {id: 'fix'})]
    const lines = [transaction('t2', 1, {card_id: 'c'}), transaction('t1', 1), location('l', 1)]
    const {decisions, alerts} = outcome(lines, {rules})
    expect(
      decisions.map(({transaction_id, rules: hits}) => [transaction_id, ...hits.map(({id}) => id)]),
    ).toEqual([
      ['t1', 'a'],
      ['t2', 'a', 'b'],
    ])
    expect(alerts).toHaveLength(4)
    expect(alerts.find((alert) => alert.rule.id === 'b')?.key).toEqual({name: 'card_id', value: 'c'})
  })
})

describe('order independence', () => {
  it('an event out of order voids one alert and creates another', () => {
    const match: Match = {
      sequence: {
        within: '1h',
        steps: [
          {as: 'one', stream: 'transactions'},
          {as: 'two', stream: 'transactions', next: true, when: 'two.amount > one.amount'},
        ],
      },
    }
    const lines = [transaction('a', 0), transaction('c', 2, {amount: 2})]
    const between = transaction('b', 1, {amount: 5})
    const anchors = (all: typeof lines) =>
      outcome(all, {rules: [rule(match)]}).alerts.map(({anchor}) => anchor.id)
    expect(anchors(lines)).toEqual(['c'])
    expect(anchors([...lines, between])).toEqual(['b'])
  })
})
