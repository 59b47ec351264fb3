import {describe, expect, it} from 'vitest'
import {ERROR, FALSE, TRUE} from '../../../../src/core/expression/evaluation.js'
import {compiled, evaluation, event, faultsOf, havingScope, scope, warningsOf} from './sample-scope.js'

/** The part of a text that a fault points at. */
function marked(text: string, within = scope()): readonly string[] {
  return faultsOf(text, within).map(({start, end}) => text.slice(start, end))
}

describe('names', () => {
  it('are those of the scope; a misspelt one gets a suggestion', () => {
    const text = 'othr.amount > 5'
    expect(marked(text)).toEqual(['othr'])
    expect(faultsOf(text)[0]).toMatchObject({
      message: 'the name othr is not known here',
      remedy: 'did you mean other?',
    })
  })

  it('of fields need their event', () => {
    expect(faultsOf('amount > 5')[0]?.remedy).toBe('write tx.amount')
  })

  it('of events and joins are no values', () => {
    for (const text of ['tx', 'tx == other', 'location', 'features', 'lists', 'features.spend > 1']) {
      expect(faultsOf(text).length).toBeGreaterThan(0)
    }
  })

  it('of unknown fields are usable, with a warning if a declared one is close', () => {
    expect(warningsOf("tx.loyalty_tier == 'gold'")).toEqual([])
    const text = "tx.merchantid == 'm1'"
    const [warning] = warningsOf(text)
    expect(text.slice(warning?.start, warning?.end)).toBe('tx.merchantid')
    expect(warning?.message).toContain('did you mean `merchant_id`?')
    expect(warningsOf('has(tx.amuont)')).toHaveLength(1)
  })

  it('of features are known', () => {
    const served = (text: string, features: {[name: string]: number}) =>
      compiled(text).test(evaluation({features}))
    expect(served('features.spend.total_1h > 100', {'spend.total_1h': 101})).toBe(TRUE)
    expect(served('features.spend.total_1h > 100', {})).toBe(ERROR)
    expect(served('features.profile.is_new', {'profile.is_new': 1})).toBe(TRUE)
    expect(served('features.profile.is_new', {'profile.is_new': 0})).toBe(FALSE)
    expect(served('features.profile.is_new', {})).toBe(ERROR)
    expect(faultsOf('features.spend.totl_1h > 1')[0]?.remedy).toBe('did you mean features.spend.total_1h?')
    expect(faultsOf('features.zzz.x > 1')[0]).toMatchObject({
      message: 'there is no feature view zzz',
      remedy: 'choose from: spend, profile',
    })
  })

  it('of joins are refused where the scope has none, with its reason', () => {
    const within = scope({merchant: {unavailable: 'the rule is about locations'}})
    const [fault] = faultsOf('merchant.risk > 0.5', within)
    expect(fault?.message).toBe('merchant is not available here: the rule is about locations')
  })

  it('of joins mean the joined events', () => {
    const joined = evaluation({location: event({lat: 1}), merchant: event({risk: 0.9})})
    expect(compiled('location.lat == 1 && merchant.risk > 0.5').test(joined)).toBe(TRUE)
  })
})

describe('types', () => {
  it.each([
    ["tx.amount > '5'", "tx.amount > '5'", 'write the number without quotes'],
    ['tx.mcc == 7995', 'tx.mcc == 7995', "write '7995' in quotes"],
    ['tx.x == null', 'tx.x == null', 'use !has(tx.x)'],
    ['tx.x != null', 'tx.x != null', 'use has(tx.x)'],
    ['null == tx.x', 'null == tx.x', 'use !has(tx.x)'],
    ['1 < tx.amount < 5', '1 < tx.amount < 5', 'compare twice: 1 < x && x < 5'],
    ['tx.amount', 'tx.amount', 'compare it with a value, such as … > 5000.0'],
    ['tx.amount && true', 'tx.amount', 'compare it with a value, such as … > 5000.0'],
    ['!tx.mcc', 'tx.mcc', 'compare it with a value, such as … > 5000.0'],
    ["-tx.mcc == '1'", 'tx.mcc', 'the minus sign takes a number'],
    ["tx.mcc - 'x' == 'y'", "tx.mcc - 'x'", 'use numbers'],
    ["tx.amount + 'x' == 'y'", "tx.amount + 'x'", 'convert one of them with string(…) or double(…)'],
    ['tx.event_time > 5', 'tx.event_time > 5', "compare it with timestamp('2026-01-01T00:00:00Z')"],
    ["tx.event_time > '2026'", "tx.event_time > '2026'", "write timestamp('2026')"],
    ['tx.event_time > tx.x', 'tx.event_time > tx.x', 'write timestamp(tx.x)'],
    [
      'tx.event_time - other.event_time > 900',
      'tx.event_time - other.event_time > 900',
      "compare it with duration('15m')",
    ],
    [
      'tx.event_time + 5 > tx.event_time',
      'tx.event_time + 5',
      "times take durations: x.event_time + duration('15m')",
    ],
    ["(tx.online ? 1 : 'a') == 1", "tx.online ? 1 : 'a'", 'give both branches of ?: one type'],
    ['tx.amount.x > 1', 'tx.amount.x', 'remove the field name'],
    ['tx.mcc.lowerAsci() == "a"', 'tx.mcc.lowerAsci()', 'did you mean lowerAscii()?'],
    ["contains(tx.mcc, 'a')", "contains(tx.mcc, 'a')", 'write x.f.contains(…)'],
    ['tx.mcc.contains(5)', 'tx.mcc.contains(5)', 'write string.contains(string)'],
    ['tx.mcc.contains()', 'tx.mcc.contains()', 'write string.contains(string)'],
    ['frobnicate(1) == 1', 'frobnicate(1)', 'use the functions of the rule language'],
    ["tx['amount'] > 1", "tx['amount']", 'write tx.<field>'],
  ])('refuses %s at its place', (text, place, remedy) => {
    expect(marked(text)).toEqual([place])
    expect(faultsOf(text)[0]?.remedy).toBe(remedy)
  })

  it('are checked throughout: all errors are reported at once, in order', () => {
    const text = "tx.mcc > 5 || foo(1) == 2 || (othr.x > 1 && tx.amount == 'a') || lists.x"
    expect(marked(text)).toEqual(['tx.mcc > 5', 'foo(1)', 'othr', "tx.amount == 'a'", 'lists.x'])
  })

  it('hold for every field of a window', () => {
    expect(faultsOf('max(tx.amount) > tx.mcc', havingScope())).toHaveLength(1)
  })
})
