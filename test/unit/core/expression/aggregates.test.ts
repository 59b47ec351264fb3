import {describe, expect, it} from 'vitest'
import {ERROR, FALSE, TRUE} from '../../../../src/core/expression/evaluation.js'
import {compiled, evaluation, event, faultsOf, groupScope, havingScope, NOON, scope} from './sample-scope.js'

const MEMBERS = [
  event({amount: 2, card_id: 'c1', lat: 0, lon: 0, points: 1}, NOON),
  event({amount: 4, card_id: 'c2', lat: 0, lon: 1, points: 'x'}, NOON + 1000),
  event({amount: 9, card_id: 'c1', lat: 0, lon: 2}, NOON + 3000),
]
const ANCHOR = MEMBERS.at(-1)

describe('over a window', () => {
  const window = evaluation({bound: [ANCHOR], groups: [MEMBERS], location: event({lat: 0, lon: 0})})
  const having = (text: string) => compiled(text, havingScope()).test(window)

  it.each([
    'count() == 3',
    'count() >= 3.0 && count() < 4',
    'sum(tx.amount) == 15',
    'avg(tx.amount) == 5',
    'min(tx.amount) == 2',
    'max(tx.amount) == 9',
    'distinct(tx.card_id) == 2',
    "max(tx.event_time) - min(tx.event_time) == duration('3s')",
    'sum(tx.amount * 2) == 30',
    'max(tx.amount) == tx.amount',
    "tx.card_id == 'c1'",
    'distinct(tx.amount > 3) == 2',
    'max(distance_km(tx, location)) > 200',
    'sum(tx.amount > 3 ? 1 : 0) == 2',
    'count() == 3 && sum(tx.amount) / count() == avg(tx.amount)',
  ])('%s', (text) => {
    expect(having(text)).toBe(TRUE)
  })

  it('has the standard deviation of the population', () => {
    const mean = 5
    const expected = Math.sqrt(((2 - mean) ** 2 + (4 - mean) ** 2 + (9 - mean) ** 2) / 3)
    expect(having(`stddev(tx.amount) > ${expected - 1e-9} && stddev(tx.amount) < ${expected + 1e-9}`)).toBe(
      TRUE,
    )
    const equal = evaluation({groups: [[event({amount: 0.1}), event({amount: 0.1}), event({amount: 0.1})]]})
    expect(compiled('stddev(tx.amount) == 0', havingScope()).test(equal)).toBe(TRUE)
  })

  it('is an error if the value of one member is', () => {
    for (const text of ['sum(tx.points) > 0', 'max(tx.points) > 0', 'avg(tx.user_id.size()) >= 0']) {
      expect(having(text)).toBe(ERROR)
    }
    expect(having('distinct(tx.points) > 0')).toBe(ERROR)
    expect(having('count() == 3 || sum(tx.points) > 0')).toBe(TRUE)
  })

  it('has no mean or extreme where there are no members', () => {
    const none = evaluation({groups: [[]]})
    for (const name of ['avg', 'min', 'max', 'stddev']) {
      expect(compiled(`${name}(tx.amount) >= 0`, havingScope()).test(none)).toBe(ERROR)
    }
    expect(compiled('sum(tx.amount) == 0 && distinct(tx.amount) == 0', havingScope()).test(none)).toBe(TRUE)
    expect(compiled('count() == 0', havingScope()).test(none)).toBe(TRUE)
    expect(compiled('count() == 0', havingScope()).test(evaluation())).toBe(ERROR)
  })
})

describe('over named groups', () => {
  const probes = MEMBERS.slice(0, 2)
  const bound = [probes.at(-1), event({amount: 50, card_id: 'c9'}), event({amount: 1})]
  const groups = [probes, undefined, [event({amount: 1})]]
  const holds = (text: string) => compiled(text, groupScope()).test(evaluation({bound, groups}))

  it.each([
    'count(probe) == 2',
    'sum(probe.amount) == 6',
    'distinct(probe.card_id) == 2',
    'sum(probe.amount) < big.amount',
    'count(probe) > count(cashout)',
    'sum(probe.amount - big.amount) == -94',
    // Outside of an aggregate, the group's last event.
    "probe.card_id == 'c2'",
    'probe.amount == 4',
  ])('%s', (text) => {
    expect(holds(text)).toBe(TRUE)
  })

  it('is false as any comparison can be', () => {
    expect(holds('count(probe) > 2')).toBe(FALSE)
  })
})

describe('an aggregate is refused', () => {
  it.each([
    ['where there is no group', 'count() > 1', scope(), 'not available here'],
    ['inside another', 'sum(max(tx.amount)) > 1', havingScope(), 'stands inside'],
    ['over two groups', 'sum(probe.amount + cashout.amount) > 1', groupScope(), 'cannot name cashout, too'],
    ['over an event that is no group', 'sum(big.amount) > 1', groupScope(), 'is no value of a group'],
    ['over nothing', 'sum(5) > 1', havingScope(), 'is no value of a group'],
    ['as count of a field', 'count(probe.amount) > 1', groupScope(), 'takes the name of a repeated step'],
    [
      'as count of a step that is not repeated',
      'count(big) > 1',
      groupScope(),
      'the name of a repeated step',
    ],
    ['as count() of no group', 'count() > 1', groupScope(), 'takes the name of a repeated step'],
    ['as count with an argument in having', 'count(tx) > 1', havingScope(), 'takes no argument'],
    ['as sum of strings', 'sum(tx.card_id) > 1', havingScope(), 'not defined for a string'],
    ['as mean of times', 'avg(tx.event_time) > tx.event_time', havingScope(), 'not defined for a timestamp'],
    ['without a value', 'sum() > 1', havingScope(), 'takes one value'],
  ])('%s', (_, text, within, message) => {
    expect(
      faultsOf(text, within)
        .map((fault) => fault.message)
        .join(),
    ).toContain(message)
  })
})
