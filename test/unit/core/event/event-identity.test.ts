import {createHash} from 'node:crypto'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {accepted, FEEDBACK, LOCATION, MERCHANT, TRANSACTION} from './decoding.js'

const MIDNIGHT = Date.UTC(2026, 0, 1)

const hashOf = (fields: object): number => accepted('transactions', {...TRANSACTION, ...fields}).contentHash

describe('the id of an event', () => {
  it('is its transaction_id, location_id or feedback_id', () => {
    expect(accepted('transactions', TRANSACTION)).toMatchObject({key: 'u1', id: 't1', time: MIDNIGHT})
    expect(accepted('locations', {...LOCATION, location_id: 'l1'})).toMatchObject({key: 'u1', id: 'l1'})
    expect(accepted('feedback', FEEDBACK)).toMatchObject({key: 'u1', id: 'f1'})
  })

  it('is the merchant and its event time for a version of a merchant', () => {
    const first = accepted('merchants', MERCHANT)
    expect(first.key).toBe('m1')
    expect(accepted('merchants', {...MERCHANT, event_time: MIDNIGHT}).id).toBe(first.id)
    expect(accepted('merchants', {...MERCHANT, event_time: MIDNIGHT + 1}).id).not.toBe(first.id)
  })

  it('is derived for a location without one: 32 hex digits of SHA-256 over [user, ms, lat, lon]', () => {
    const expected = createHash('sha256')
      .update(`["u1",${MIDNIGHT},40.71,-74]`, 'utf8')
      .digest('hex')
      .slice(0, 32)
    expect(accepted('locations', LOCATION).id).toBe(expected)
    expect(accepted('locations', {...LOCATION, location_id: null}).id).toBe(expected)
    expect(accepted('locations', {...LOCATION, accuracy_m: 5}).id).toBe(expected)
    expect(accepted('locations', {...LOCATION, event_time: '2026-01-01T01:00:00+01:00'}).id).toBe(expected)
    expect(accepted('locations', {...LOCATION, lat: 40.72}).id).not.toBe(expected)
  })

  it('is derived over UTF-8', () => {
    const expected = createHash('sha256')
      .update(`["jürgen",${MIDNIGHT},40.71,-74]`, 'utf8')
      .digest('hex')
      .slice(0, 32)
    expect(accepted('locations', {...LOCATION, user_id: 'jürgen'}).id).toBe(expected)
  })
})

describe('the content of an event', () => {
  it('does not depend on the order of its fields, at any depth', () => {
    const inner = {b: [1, 2], a: {y: 'x', z: null}}
    const reversed = {a: {z: null, y: 'x'}, b: [1, 2]}
    const event = {...TRANSACTION, extra: inner}
    const other = Object.fromEntries([...Object.entries(TRANSACTION), ['extra', reversed]].reverse())
    expect(accepted('transactions', other).contentHash).toBe(accepted('transactions', event).contentHash)
  })

  it('does not depend on how a number is spelled', () => {
    const spelled = (amount: string) =>
      accepted('transactions', JSON.stringify(TRANSACTION).replace('12.5', amount)).contentHash
    expect(spelled('12.50')).toBe(hashOf({}))
    expect(spelled('1.25e1')).toBe(hashOf({}))
    expect(spelled('-0')).toBe(spelled('0'))
  })

  it('does not depend on whether a default is spelled out', () => {
    expect(hashOf({currency: 'USD', type: 'purchase'})).toBe(hashOf({}))
    expect(hashOf({currency: null, type: null})).toBe(hashOf({}))
    expect(hashOf({currency: 'EUR'})).not.toBe(hashOf({}))
    expect(hashOf({type: 'refund'})).not.toBe(hashOf({}))
  })

  it('does not depend on a supplied amount_usd, which is overwritten', () => {
    expect(hashOf({amount_usd: 99})).toBe(hashOf({}))
    expect(hashOf({amount_usd: 'much'})).toBe(hashOf({}))
  })

  it.each<[string, object]>([
    ['another amount', {amount: 12.51}],
    ['another id', {transaction_id: 't2'}],
    ['another user', {user_id: 'u2'}],
    ['another time', {event_time: MIDNIGHT + 1}],
    ['a further field', {extra: 1}],
    ['a further empty field', {extra: ''}],
    ['a further false field', {extra: false}],
    ['a further zero field', {extra: 0}],
    ['a further empty array', {extra: []}],
    ['a further empty object', {extra: {}}],
  ])('depends on everything else: %s', (_, fields) => {
    expect(hashOf(fields)).not.toBe(hashOf({}))
  })

  it.each<[unknown, unknown]>([
    [1, '1'],
    [true, 'true'],
    [0, false],
    ['', false],
    [[], {}],
    [
      [1, 2],
      [2, 1],
    ],
    [[1, [2]], [[1, 2]]],
    [[[1], 2], [[1, 2]]],
    [{a: 1}, {a: 2}],
    [{a: 1}, {b: 1}],
    [{a: {b: 1}}, {a: 1, b: 1}],
    [['ab'], ['a', 'b']],
    [
      {a: 1, b: 2},
      {a: 2, b: 1},
    ],
    [[{a: 1}, {b: 2}], [{a: 1, b: 2}]],
  ])('tells %o from %o', (one, other) => {
    expect(hashOf({extra: one})).not.toBe(hashOf({extra: other}))
  })

  it('tells values in one field from the same values in another', () => {
    expect(hashOf({channel: 'DE', country: 'pos'})).not.toBe(hashOf({channel: 'pos', country: 'DE'}))
    expect(hashOf({a: 'bc'})).not.toBe(hashOf({ab: 'c'}))
  })

  it('differs for different values', () => {
    const values = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer(), {maxLength: 3}))
    fc.assert(
      fc.property(values, values, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other)
        expect(hashOf({extra_: {v: one}}) === hashOf({extra_: {v: other}})).toBe(same)
      }),
      {numRuns: 300},
    )
  })
})
