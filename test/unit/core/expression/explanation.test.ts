import {describe, expect, it} from 'vitest'
import {ERROR, FALSE, TRUE} from '../../../../src/core/expression/evaluation.js'
import {
  compiled,
  evaluation,
  event,
  groupScope,
  havingScope,
  locations,
  NOON,
  scope,
  transactions,
} from './sample-scope.js'

describe('clauses', () => {
  it('are the parts joined with &&, each with its test', () => {
    const {clauses} = compiled("tx.amount > 5 && (tx.mcc == '1' && (tx.online || has(tx.lat)))")
    const evaluated = evaluation({bound: [event({amount: 6, online: false})]})
    expect(clauses.map(({text, test}) => [text, test(evaluated)])).toEqual([
      ['tx.amount > 5', TRUE],
      ["tx.mcc == '1'", ERROR],
      ['tx.online || has(tx.lat)', FALSE],
    ])
  })

  it('say what they compare', () => {
    const subject = compiled('tx.amount > 1000 * 5').clauses[0]?.subject
    const evaluated = evaluation({bound: [event({amount: 7240})]})
    expect(subject).toMatchObject({
      text: 'tx.amount',
      type: 'double',
      operator: '>',
      boundText: '1000 * 5',
      kind: 'field',
      name: 'amount',
      slots: [0],
    })
    expect(subject?.value(evaluated)).toBe(7240)
    expect(subject?.bound(evaluated)).toBe(5000)
    expect(subject?.value(evaluation())).toBeUndefined()
  })

  it('have the subject on the left, whichever way they are written', () => {
    const turned = {'<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!='}
    for (const [written, meant] of Object.entries(turned)) {
      const subject = compiled(`5000.0 ${written} tx.amount`).clauses[0]?.subject
      expect(subject).toMatchObject({text: 'tx.amount', operator: meant, boundText: '5000.0'})
    }
  })

  it.each([
    ['distance_miles(fix, tx) > 1000', {kind: 'call', name: 'distance_miles', slots: [2, 0], operator: '>'}],
    ['seconds_between(tx, location) < 60', {kind: 'call', name: 'seconds_between', slots: [0]}],
    ['tx.card_id == other.card_id', {kind: 'field', name: 'card_id', slots: [0], boundText: 'other.card_id'}],
    ["tx.device.os == 'linux'", {kind: 'field', name: 'os', slots: [0]}],
    ['tx.event_time > other.event_time', {kind: 'field', name: 'event_time', type: 'timestamp'}],
    ['features.spend.total_1h > 5', {kind: 'other', name: 'spend.total_1h', slots: []}],
    ['tx.amount + 1 > 5', {kind: 'other', name: '', text: 'tx.amount + 1'}],
    ['size(tx.mcc) > 5', {kind: 'call', name: 'size'}],
    ['tx.mcc in lists.risky_mcc', {kind: 'field', name: 'mcc', operator: 'in', boundText: 'lists.risky_mcc'}],
    ["tx.mcc in ['1', '2']", {kind: 'field', operator: 'in', boundText: "['1', '2']"}],
    ['tx.points in tx.tags', {kind: 'field', name: 'points', operator: 'in', boundText: 'tx.tags'}],
  ])('%s', (text, expected) => {
    expect(compiled(text).clauses[0]?.subject).toMatchObject(expected)
  })

  it('name the group of an aggregate', () => {
    const [counted] = compiled('count() >= 4', havingScope()).clauses
    expect(counted?.subject).toMatchObject({kind: 'aggregate', name: 'count', slots: [0]})
    const [summed] = compiled('sum(probe.amount) > big.amount', groupScope()).clauses
    expect(summed?.subject).toMatchObject({
      kind: 'aggregate',
      name: 'sum',
      slots: [0],
      boundText: 'big.amount',
    })
    expect(counted?.subject?.value(evaluation({groups: [[event({}), event({})]]}))).toBe(2)
  })

  it('show times in milliseconds, truth values as booleans, and lists', () => {
    const evaluated = evaluation({bound: [event({online: true, mcc: '2'})]})
    const valueOfSubject = (text: string) => compiled(text).clauses[0]?.subject?.value(evaluated)
    const boundOfSubject = (text: string) => compiled(text).clauses[0]?.subject?.bound(evaluated)
    expect(valueOfSubject("tx.event_time > timestamp('2026-01-01T00:00:00Z')")).toBe(NOON)
    expect(boundOfSubject("tx.event_time > timestamp('2026-01-01T00:00:00Z')")).toBe(Date.UTC(2026, 0, 1))
    expect(valueOfSubject('tx.online == true')).toBe(true)
    expect(boundOfSubject("tx.mcc in ['1', '2']")).toEqual(['1', '2'])
    expect(boundOfSubject('tx.mcc in lists.risky_mcc')).toEqual(scope().lists.get('risky_mcc'))
  })

  it('have no subject where nothing is compared', () => {
    for (const text of ['tx.online', 'has(tx.lat)', "tx.mcc.startsWith('7')", 'tx.online || tx.amount > 1']) {
      expect(compiled(text).clauses[0]?.subject).toBeUndefined()
    }
  })
})

describe('the canonical text', () => {
  const renamed = scope({
    events: new Map([
      ['purchase', transactions(3)],
      ['fix', locations(1)],
      ['previous', transactions(5)],
    ]),
  })
  const sameAs = (a: string, b: string) => compiled(a).canonical === compiled(b, renamed).canonical

  it.each([
    ['tx.amount > 5000', 'purchase.amount>5000.0'],
    ['tx.amount > 5000', '5000.0 < purchase.amount'],
    ['tx.amount > 5000', '(purchase.amount > 5 * 1000)'],
    ['tx.amount > 5 && true', 'purchase.amount > 5'],
    ["tx.mcc == 'a'", 'purchase.mcc == "a"'],
    ["tx.mcc in ['b', 'a']", "purchase.mcc in ['a', 'b', 'a']"],
    [
      'tx.amount > 1 && (tx.online && has(tx.lat))',
      'purchase.amount > 1 && purchase.online && has(purchase.lat)',
    ],
    ['tx.amount > other.amount', 'purchase.amount > previous.amount'],
    [
      "tx.event_time - other.event_time < duration('60m')",
      "purchase.event_time - previous.event_time < duration('1h')",
    ],
  ])('is equal for %s and %s', (a, b) => {
    expect(sameAs(a, b)).toBe(true)
  })

  it.each([
    ['tx.amount > 5000', 'purchase.amount >= 5000'],
    ['tx.amount > 5000', 'purchase.amount > 5001'],
    ['tx.lat > 5', 'fix.lat > 5'],
    ['tx.lat > 5', 'location.lat > 5'],
    ["tx.mcc == '5'", "purchase.card_id == '5'"],
    ["tx.tier == '5'", 'purchase.tier == 5'],
    ['tx.amount > other.amount', 'purchase.amount > purchase.amount'],
    ['has(tx.a.b)', 'has(purchase.a)'],
    ["tx.mcc.matches('a')", "purchase.mcc.contains('a')"],
  ])('differs for %s and %s', (a, b) => {
    expect(sameAs(a, b)).toBe(false)
  })
})

describe('what a condition says of itself', () => {
  it('is which events it names, and which fields it reads of which stream', () => {
    const condition = compiled(
      "distance_km(fix, location) > 5 && other.amount > 1 && tx.device.os == 'x' && has(merchant.risk)",
    )
    expect(condition.slots).toEqual([0, 1, 2])
    expect(condition.uses).toMatchObject({location: true, merchant: true, features: [], lists: []})
    expect(condition.uses.fields).toEqual(
      new Map([
        ['locations', new Set(['lat', 'lon'])],
        ['transactions', new Set(['amount', 'device'])],
        ['merchants', new Set(['risk'])],
      ]),
    )
  })

  it('is which features and lists it reads', () => {
    const {uses} = compiled(
      'features.spend.total_1h > 1 && features.spend.count_1h > 1 && tx.mcc in lists.risky_mcc',
    )
    expect(uses.features).toEqual(['spend.count_1h', 'spend.total_1h'])
    expect(uses.lists).toEqual(['risky_mcc'])
  })

  it('leaves out the event time, which every event has', () => {
    expect(compiled('tx.event_time > other.event_time').uses.fields.size).toBe(0)
    expect(compiled('tx.event_time > other.event_time').slots).toEqual([0, 1])
  })

  it.each([
    ['tx.amount > 5', true],
    ['tx.amount > 5 && tx.mcc in lists.risky_mcc', true],
    ['true', true],
    ['tx.card_id in lists.watched', false],
    ['tx.amount > other.amount', false],
    ['distance_km(tx, location) > 5', false],
    ['tx.amount > 5 && merchant.risk > 0.5', false],
    ['tx.amount > features.spend.total_1h', false],
  ])('is whether it is fixed: %s is %s', (text, fixed) => {
    const condition = compiled(text)
    expect(condition.fixed).toBe(fixed)
    expect(condition.testOne !== undefined).toBe(fixed)
  })

  it('is not fixed with an aggregate', () => {
    expect(compiled('count() > 1', havingScope()).fixed).toBe(false)
  })
})
