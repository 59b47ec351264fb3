import {describe, expect, it} from 'vitest'
import {ERROR, FALSE, TRUE} from '../../../../src/core/expression/evaluation.js'
import {compiled, evaluation, event, faultsOf, test} from './sample-scope.js'

describe('a missing value', () => {
  it.each([
    ['a missing field', {}],
    ['undefined', {amount: undefined}],
    ['null', {amount: null}],
    ['NaN', {amount: Number.NaN}],
    ['a value of the wrong type', {amount: '6000'}],
  ])('%s makes a comparison an error', (_, fields) => {
    expect(test('tx.amount > 5000.0', fields)).toBe(ERROR)
    expect(test('tx.amount <= 5000.0', fields)).toBe(ERROR)
    expect(test('tx.amount == 5000.0', fields)).toBe(ERROR)
    expect(test('tx.amount != 5000.0', fields)).toBe(ERROR)
    expect(test('!(tx.amount > 5000.0)', fields)).toBe(ERROR)
  })

  it('does not matter where the other side of && is false', () => {
    expect(test("tx.amount > 1 && tx.mcc == 'x'", {mcc: 'y'})).toBe(FALSE)
    expect(test("tx.mcc == 'x' && tx.amount > 1", {mcc: 'y'})).toBe(FALSE)
    expect(test("tx.amount > 1 && tx.mcc == 'x'", {mcc: 'x'})).toBe(ERROR)
  })

  it('does not matter where the other side of || is true', () => {
    expect(test("tx.amount > 1 || tx.mcc == 'x'", {mcc: 'x'})).toBe(TRUE)
    expect(test("tx.mcc == 'x' || tx.amount > 1", {mcc: 'x'})).toBe(TRUE)
    expect(test("tx.amount > 1 || tx.mcc == 'x'", {mcc: 'y'})).toBe(ERROR)
  })

  it('is decided by the branch that ?: takes', () => {
    expect(test('tx.online ? true : tx.amount > 1', {online: true})).toBe(TRUE)
    expect(test('tx.online ? true : tx.amount > 1', {online: false})).toBe(ERROR)
    expect(test('tx.online ? true : tx.amount > 1', {amount: 2})).toBe(ERROR)
  })

  it('spreads through arithmetic and functions', () => {
    expect(test('tx.amount + 1 > 0', {})).toBe(ERROR)
    expect(test("tx.mcc + 'x' == 'x'", {})).toBe(ERROR)
    expect(test('size(tx.mcc) == 0', {})).toBe(ERROR)
    expect(test("tx.mcc.startsWith('7')", {})).toBe(ERROR)
  })

  it('comes from 0 / 0, but not from 1 / 0', () => {
    expect(test('tx.amount / 0 > 5', {amount: 0})).toBe(ERROR)
    expect(test('tx.amount / 0 > 5', {amount: 1})).toBe(TRUE)
  })

  it('comes from an event that is not bound, and from an absent join', () => {
    const nothing = evaluation()
    expect(compiled('tx.amount > 1').test(nothing)).toBe(ERROR)
    expect(compiled('tx.event_time > timestamp("2026-01-01T00:00:00Z")').test(nothing)).toBe(ERROR)
    expect(compiled('location.lat > 1').test(nothing)).toBe(ERROR)
    expect(compiled('merchant.risk > 0.5').test(nothing)).toBe(ERROR)
    expect(compiled('features.spend.total_1h > 0').test(nothing)).toBe(ERROR)
    expect(compiled('distance_km(tx, location) > 1').test(nothing)).toBe(ERROR)
  })
})

describe('has()', () => {
  it('says whether a field is there, declared or not', () => {
    expect(test('has(tx.amount)', {amount: 0})).toBe(TRUE)
    expect(test('has(tx.amount)', {})).toBe(FALSE)
    expect(test('has(tx.loyalty_tier)', {loyalty_tier: 'gold'})).toBe(TRUE)
    expect(test('has(tx.loyalty_tier)', {})).toBe(FALSE)
  })

  it('takes JSON null for absent', () => {
    expect(test('has(tx.loyalty_tier)', {loyalty_tier: null})).toBe(FALSE)
  })

  it('is false, not an error, on an absent join or feature', () => {
    expect(compiled('has(location.lat)').test(evaluation())).toBe(FALSE)
    expect(compiled('has(merchant.risk)').test(evaluation())).toBe(FALSE)
    expect(compiled('has(features.spend.total_1h)').test(evaluation())).toBe(FALSE)
    expect(compiled('has(tx.event_time)').test(evaluation())).toBe(FALSE)
    expect(compiled('has(location.lat)').test(evaluation({location: event({lat: 1})}))).toBe(TRUE)
  })

  it('looks into nested values', () => {
    expect(test('has(tx.device.os)', {device: {os: 'linux'}})).toBe(TRUE)
    expect(test('has(tx.device.os)', {device: {}})).toBe(FALSE)
    expect(test('has(tx.device.os)', {device: 'linux'})).toBe(FALSE)
    expect(test('has(tx.device.os.name)', {})).toBe(FALSE)
    expect(test('has(tx.device.os)', {device: {os: null}})).toBe(FALSE)
  })

  it('refuses a bare join, with a remedy', () => {
    const [fault] = faultsOf('has(location)')
    expect(fault?.message).toBe('has() takes a field')
    expect(fault?.remedy).toContain('has(location.lat)')
    expect(faultsOf('has(tx.amount > 5)')).toHaveLength(1)
    expect(faultsOf('has()')).toHaveLength(1)
  })
})

describe('nested and inherited properties', () => {
  it('reads nested values by their types at run time', () => {
    expect(test("tx.device.os == 'linux'", {device: {os: 'linux'}})).toBe(TRUE)
    expect(test("tx.device.os == 'linux'", {device: {os: 5}})).toBe(ERROR)
    expect(test("tx.device.os == 'linux'", {device: null})).toBe(ERROR)
    expect(test("tx.tags[1] == 'b'", {tags: ['a', 'b']})).toBe(TRUE)
    expect(test("tx.tags[7] == 'b'", {tags: ['a', 'b']})).toBe(ERROR)
    expect(test("tx.device['os'] == 'linux'", {device: {os: 'linux'}})).toBe(TRUE)
  })

  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'])(
    'never finds the inherited %s',
    (name) => {
      expect(test(`has(tx.${name})`, {})).toBe(FALSE)
      expect(test(`has(tx.device.${name})`, {device: {}})).toBe(FALSE)
      expect(test(`has(tx.device.${name}.name)`, {device: {}})).toBe(FALSE)
      expect(test(`has(tx.${name})`, {[name]: 'own'})).toBe(TRUE)
      expect(test(`tx.${name} == 'own'`, {[name]: 'own'})).toBe(TRUE)
      expect(test(`'${name}' in tx.device`, {device: {}})).toBe(FALSE)
    },
  )

  it.each(['tx.__proto__ == 1', 'has(tx.__proto__)', 'tx.a.__proto__.b == 1', "tx.a['__proto__'] == 1"])(
    'refuses %s',
    (text) => {
      expect(faultsOf(text)).toHaveLength(1)
    },
  )
})
