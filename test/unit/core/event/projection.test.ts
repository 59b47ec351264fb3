import {describe, expect, it} from 'vitest'
import {compileProjection} from '../../../../src/core/event/projection.js'
import {type Rates, usdPer} from '../../../../src/core/event/rates.js'
import {streamsWith} from '../../../../src/core/event/stream.js'
import type {EventTime} from '../../../../src/core/event/time.js'

const TRANSACTIONS = streamsWith([]).get('transactions')!

describe('a projection', () => {
  const project = compileProjection(TRANSACTIONS, [
    'amount',
    'currency',
    'type',
    'mcc',
    'amount_usd',
    'extra',
    'toString',
  ])

  it('keeps the fields in use and no other', () => {
    const fields = project({amount: 3, mcc: '1', extra: {a: 1}, ip: '127.0.0.1'}, 3.24)
    expect(fields).toMatchObject({amount: 3, mcc: '1', extra: {a: 1}, amount_usd: 3.24})
    expect('ip' in fields).toBe(false)
  })

  it('fills in defaults for what is missing or null', () => {
    expect(project({amount: 3}, 3)).toMatchObject({currency: 'USD', type: 'purchase'})
    expect(project({amount: 3, currency: null, type: null}, 3)).toMatchObject({
      currency: 'USD',
      type: 'purchase',
    })
    expect(project({amount: 3, currency: 'EUR', type: 'refund'}, 3)).toMatchObject({
      currency: 'EUR',
      type: 'refund',
    })
  })

  it('leaves null and what an object inherits missing', () => {
    const fields = project({amount: 3, mcc: null}, undefined)
    expect(fields.mcc).toBeUndefined()
    expect(fields.toString).toBeUndefined()
  })

  it('overwrites a supplied amount_usd, also where the currency is unknown', () => {
    expect(project({amount: 3, amount_usd: 99}, 3.24).amount_usd).toBe(3.24)
    expect(project({amount: 3, amount_usd: 99}, undefined).amount_usd).toBeUndefined()
  })

  it('keeps zero, false and the empty text', () => {
    expect(project({amount: 0, mcc: '', extra: false}, 0)).toMatchObject({
      amount: 0,
      mcc: '',
      extra: false,
      amount_usd: 0,
    })
  })

  it('takes any name of a field for what it is', () => {
    const name = `a"]; throw new Error('injected') //\n`
    expect(compileProjection(TRANSACTIONS, [name])({[name]: 7}, undefined)[name]).toBe(7)
  })
})

describe('a currency rate', () => {
  const at = (ms: number): EventTime => ms as EventTime
  const rates: Rates = new Map([
    [
      'EUR',
      [
        {from: at(100), rate: 1.08},
        {from: at(200), rate: 1.1},
      ],
    ],
  ])

  it('is the newest one from the event time or before', () => {
    expect(usdPer(rates, 'EUR', at(100))).toBe(1.08)
    expect(usdPer(rates, 'EUR', at(199))).toBe(1.08)
    expect(usdPer(rates, 'EUR', at(200))).toBe(1.1)
    expect(usdPer(rates, 'EUR', at(999))).toBe(1.1)
  })

  it('is missing before the first one, and for an unknown currency', () => {
    expect(usdPer(rates, 'EUR', at(99))).toBeUndefined()
    expect(usdPer(rates, 'XXX', at(100))).toBeUndefined()
  })

  it('is 1 for the dollar', () => {
    expect(usdPer(rates, 'USD', at(0))).toBe(1)
  })
})
