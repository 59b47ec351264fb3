import {describe, expect, it} from 'vitest'
import type {EventTime} from '../../../../src/core/event/time.js'
import {ERROR, FALSE, TRUE} from '../../../../src/core/expression/evaluation.js'
import {compiled, evaluation, event, faultsOf, NOON, test} from './sample-scope.js'

describe('in a named list', () => {
  it('finds the value', () => {
    expect(test('tx.mcc in lists.risky_mcc', {mcc: '7995'})).toBe(TRUE)
    expect(test('tx.mcc in lists.risky_mcc', {mcc: '1'})).toBe(FALSE)
    expect(test('tx.mcc in lists.risky_mcc', {})).toBe(ERROR)
    expect(test('!(tx.mcc in lists.risky_mcc)', {mcc: '1'})).toBe(TRUE)
    expect(test('tx.code in lists.risky_mcc', {code: '7995'})).toBe(TRUE)
    expect(test('tx.code in lists.risky_mcc', {code: 7995})).toBe(ERROR)
  })

  it('counts an entry while the anchor is before its expiry', () => {
    const condition = compiled('tx.card_id in lists.watched')
    const at = (anchorTime: number, card_id: string) =>
      condition.test(evaluation({bound: [event({card_id})], anchorTime: anchorTime as EventTime}))
    expect(at(NOON - 1, 'c1')).toBe(TRUE)
    expect(at(NOON, 'c1')).toBe(FALSE)
    expect(at(NOON + 1, 'c1')).toBe(FALSE)
    expect(at(NOON + 1, 'c2')).toBe(TRUE)
    expect(at(NOON - 1, 'c3')).toBe(FALSE)
  })

  it.each([
    ['tx.mcc in lists.risk_mcc', 'did you mean lists.risky_mcc?'],
    ['tx.mcc in lists.zzz', 'choose from: risky_mcc, watched'],
    ['lists.risky_mcc', 'write … in lists.risky_mcc'],
    ['size(lists.risky_mcc) > 1', 'write … in lists.risky_mcc'],
    ['tx.amount in lists.risky_mcc', 'convert the value, or write the entries with its type'],
  ])('refuses %s', (text, remedy) => {
    expect(faultsOf(text).map((fault) => fault.remedy)).toEqual([remedy])
  })
})

describe('in a list literal', () => {
  it.each([
    ["tx.mcc in ['1', '7995']", TRUE],
    ["tx.mcc in ['1', '2']", FALSE],
    ["tx.mcc in ['1', '2', '3', '4', '5', '7995']", TRUE],
    ["tx.mcc in ['1', '2', '3', '4', '5', '6']", FALSE],
    ['tx.mcc in []', FALSE],
    ['tx.mcc in [tx.card_id, tx.currency]', ERROR],
    ["tx.mcc in [tx.card_id, '7995']", ERROR],
    ["tx.mcc in ['7995', tx.code]", TRUE],
    ['tx.code in [7995, 5]', ERROR],
    ["tx.code in ['9']", TRUE],
    ['tx.code in [tx.code]', TRUE],
    ["tx.event_time in [timestamp('2026-03-01T12:00:00Z')]", TRUE],
    ["'a' in tx.tags", TRUE],
    ['3 in tx.tags', FALSE],
    ['tx.nothing in tx.tags', ERROR],
    ["'a' in tx.mcc_list", ERROR],
  ])('%s', (text, truth) => {
    expect(test(text, {mcc: '7995', currency: 'EUR', code: '9', tags: ['a', 1]})).toBe(truth)
  })

  it.each([
    ["tx.amount in [1, 'a']", 'the list mixes a number and a string'],
    ["tx.amount in ['1']", "'1' is a string, but a number is needed"],
    ["'a' in tx.mcc", 'tx.mcc is a string, not a list'],
    ['tx.amount == [1]', 'lists cannot be compared'],
  ])('refuses %s', (text, message) => {
    expect(faultsOf(text).map((fault) => fault.message)).toEqual([expect.stringContaining(message)])
  })
})

describe('a comprehension over a list literal', () => {
  it.each([
    ['[1, 2, 3].exists(x, tx.amount == x)', TRUE],
    ['[1, 3].exists(x, tx.amount == x)', FALSE],
    ['[1, 2].all(x, tx.amount >= x)', TRUE],
    ['[1, 3].all(x, tx.amount >= x)', FALSE],
    ['[1, 2].exists_one(x, tx.amount == x)', TRUE],
    ['[2, 2].exists_one(x, tx.amount == x)', FALSE],
    ['tx.amount in [1, 2].map(x, x * 2)', TRUE],
    ['size([1, 2, 3].filter(x, x >= tx.amount)) == 2', TRUE],
    ['size([1, 2, 3].map(x, x >= tx.amount, x + 1)) == 2', TRUE],
    ['3 in [1, 2, 3].filter(x, x > tx.amount)', TRUE],
    ['1 in [1, 2, 3].filter(x, x > tx.amount)', FALSE],
    ['[1, 2].exists(x, [3, 4].exists(y, x * y == tx.amount * 4))', TRUE],
    ['[tx.amount, 5].exists(x, x == 5)', TRUE],
    ['[tx.lat, 2].exists(x, x == 2)', ERROR],
    ['[1, 2].exists(x, tx.lat == x)', ERROR],
    ['[1, 2].exists(x, tx.lat == x || x == 2)', TRUE],
    ['[1, 2].exists_one(x, tx.lat == x)', ERROR],
    ['size([1, 2].filter(x, tx.lat == x)) == 0', ERROR],
    ['[].exists(x, tx.amount == 1)', FALSE],
    ['[].all(x, tx.amount == 1)', TRUE],
  ])('%s', (text, truth) => {
    expect(test(text, {amount: 2})).toBe(truth)
  })

  it('is refused over anything else, because it is not bounded', () => {
    for (const text of ['tx.tags.exists(x, x == 1)', '[1].map(x, x).exists(x, x == 1)']) {
      expect(faultsOf(text)[0]?.message).toContain('unbounded comprehension')
    }
  })

  it('is refused beyond 100 elements, and where nested ones multiply', () => {
    const numbers = (n: number) => `[${Array.from({length: n}, (_, i) => i).join(', ')}]`
    expect(faultsOf(`${numbers(100)}.exists(x, tx.amount == x)`)).toEqual([])
    expect(faultsOf(`${numbers(101)}.exists(x, tx.amount == x)`)).toHaveLength(1)
    const nested = `${numbers(100)}.exists(x, ${numbers(100)}.exists(y, tx.amount == x * y))`
    expect(faultsOf(nested)[0]?.message).toContain('too large')
  })

  it('is refused where each level doubles the one inside', () => {
    let text = 'z == 1'
    for (const [inner, outer] of [...'zyxwvutsrqponm'].map((name, i, all) => [
      name,
      all[i + 1] ?? 'tx.amount',
    ])) {
      text = `[${outer} + ${outer}].exists(${inner}, ${text})`
    }
    expect(faultsOf(text)[0]?.message).toContain('too large')
  })

  it('reports a fault of its body once', () => {
    expect(faultsOf('[1, 2, 3].exists(x, tx.mcc == x)')).toHaveLength(1)
  })
})
