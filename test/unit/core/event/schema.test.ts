import {describe, expect, it} from 'vitest'
import {accepted, detailOf, FEEDBACK, LOCATION, MERCHANT, reasonOf, TRANSACTION} from './decoding.js'

const SAMPLES = {
  transactions: TRANSACTION,
  locations: LOCATION,
  merchants: MERCHANT,
  feedback: FEEDBACK,
} as const

const REQUIRED = {
  transactions: ['transaction_id', 'user_id', 'amount', 'event_time'],
  locations: ['user_id', 'lat', 'lon', 'event_time'],
  merchants: ['merchant_id', 'event_time'],
  feedback: ['feedback_id', 'verdict', 'event_time'],
}

const OPTIONAL = {
  transactions: [
    ...[
      'type',
      'counterparty_id',
      'card_id',
      'merchant_id',
      'currency',
      'channel',
      'mcc',
      'country',
      'lat',
      'lon',
    ],
    ...['device_id', 'ip', 'auth_result'],
  ],
  locations: ['location_id', 'accuracy_m', 'source'],
  merchants: ['name', 'mcc', 'country', 'lat', 'lon', 'risk', 'status'],
  feedback: ['alert_id', 'reviewer', 'note', 'source'],
}

type SampleStream = keyof typeof SAMPLES

describe.each(Object.keys(SAMPLES) as SampleStream[])('%s', (stream) => {
  it('takes an event with the required fields alone', () => {
    expect(reasonOf(stream, SAMPLES[stream])).toBeUndefined()
  })

  it.each(REQUIRED[stream])('requires %s, which may not be null', (field) => {
    expect(reasonOf(stream, {...SAMPLES[stream], [field]: undefined})).toBe('bad_schema')
    expect(reasonOf(stream, {...SAMPLES[stream], [field]: null})).toBe('bad_schema')
    expect(detailOf(stream, {...SAMPLES[stream], [field]: null})).toContain(field)
  })

  it.each(OPTIONAL[stream])('takes null for %s, which is then absent', (field) => {
    expect(accepted(stream, {...SAMPLES[stream], [field]: null}).contentHash).toBe(
      accepted(stream, SAMPLES[stream]).contentHash,
    )
  })

  it.each(['[]', '"text"', '7', 'null', 'true'])('refuses %s, which is no object', (text) => {
    expect(reasonOf(stream, text)).toBe('bad_schema')
  })
})

describe('a field of the wrong kind', () => {
  it.each<[SampleStream, object]>([
    ['transactions', {amount: '12.5'}],
    ['transactions', {amount: -0.01}],
    ['transactions', {user_id: 7}],
    ['transactions', {user_id: ''}],
    ['transactions', {transaction_id: ''}],
    ['transactions', {mcc: 7995}],
    ['transactions', {country: 276}],
    ['transactions', {currency: 'usd'}],
    ['transactions', {currency: 'EURO'}],
    ['transactions', {type: 'gift'}],
    ['transactions', {auth_result: 'maybe'}],
    ['transactions', {lat: 90.0001}],
    ['transactions', {lon: '12'}],
    ['transactions', {merchant_id: 12}],
    ['transactions', {event_time: '2026-01-01'}],
    ['transactions', {event_time: 1.5}],
    ['transactions', {event_time: true}],
    ['locations', {lat: -90.0001}],
    ['locations', {lon: 180.0001}],
    ['locations', {lon: -180.0001}],
    ['locations', {accuracy_m: 'good'}],
    ['merchants', {merchant_id: ''}],
    ['merchants', {risk: 1.01}],
    ['merchants', {risk: -0.01}],
    ['feedback', {verdict: 'guilty'}],
    ['feedback', {source: 'rumour'}],
  ])('makes an event of %s bad: %o', (stream, fields) => {
    expect(reasonOf(stream, {...SAMPLES[stream], ...fields})).toBe('bad_schema')
    expect(detailOf(stream, {...SAMPLES[stream], ...fields})).toContain(Object.keys(fields)[0])
  })

  it('is named together with every other one', () => {
    const detail = detailOf('transactions', {...TRANSACTION, amount: '1', mcc: 7995})
    expect(detail).toContain('amount')
    expect(detail).toContain('mcc')
  })

  it('is a number too large for a double', () => {
    const text = JSON.stringify(TRANSACTION).replace('12.5', '1e999')
    expect(reasonOf('transactions', text)).toBe('bad_schema')
  })
})

it.each<[SampleStream, object]>([
  ['transactions', {amount: 0}],
  ['transactions', {lat: 90, lon: 180}],
  ['locations', {lat: -90, lon: -180}],
  ['merchants', {risk: 0}],
  ['merchants', {risk: 1}],
])('takes what lies on the border of what is allowed: %s %o', (stream, fields) => {
  expect(reasonOf(stream, {...SAMPLES[stream], ...fields})).toBeUndefined()
})

describe('an empty optional id', () => {
  it.each(['card_id', 'merchant_id', 'counterparty_id', 'device_id'])(
    'leaves %s of a transaction absent',
    (field) => {
      const event = accepted('transactions', {...TRANSACTION, [field]: ''})
      expect(event.contentHash).toBe(accepted('transactions', TRANSACTION).contentHash)
      expect(event.wire[field]).toBeNull()
    },
  )

  it('leaves a location without an id of its own', () => {
    expect(accepted('locations', {...LOCATION, location_id: ''}).id).toBe(accepted('locations', LOCATION).id)
  })
})

describe('feedback', () => {
  it('is about a transaction or an alert', () => {
    const {transaction_id: _, ...aboutNothing} = FEEDBACK
    expect(reasonOf('feedback', {...aboutNothing, alert_id: 'a1'})).toBeUndefined()
    expect(reasonOf('feedback', aboutNothing)).toBe('bad_schema')
    expect(reasonOf('feedback', {...aboutNothing, transaction_id: '', alert_id: null})).toBe('bad_schema')
  })

  it.each([undefined, null, ''])('without a user (%o) cannot be routed', (user_id) => {
    expect(reasonOf('feedback', {...FEEDBACK, user_id})).toBe('unroutable')
  })
})

describe('unknown fields', () => {
  it('are kept, whatever they hold', () => {
    const event = accepted('transactions', {...TRANSACTION, my_field: {tags: ['a', 1, null, true]}})
    expect(event.wire.my_field).toEqual({tags: ['a', 1, null, true]})
  })

  it.each(['{"__proto__": 1}', '{"__proto__": {"user_id": "u2"}}', '{"constructor": {"prototype": {}}}'])(
    'may not reach for the prototype: %s',
    (field) => {
      const inner = field.slice(1, -1)
      const atTop = `${JSON.stringify(TRANSACTION).slice(0, -1)},${inner}}`
      const below = `${JSON.stringify(TRANSACTION).slice(0, -1)},"deep":[{${inner}}]}`
      expect(reasonOf('transactions', atTop)).toBe('bad_schema')
      expect(reasonOf('transactions', below)).toBe('bad_schema')
      expect(Object.hasOwn(Object.prototype, 'user_id')).toBe(false)
    },
  )

  it.each(['constructor', 'toString', 'hasOwnProperty', 'prototype'])('may be called %s', (name) => {
    expect(accepted('transactions', {...TRANSACTION, [name]: 'x'}).wire[name]).toBe('x')
  })

  it('may nest 32 levels deep, the event itself the first', () => {
    const nested = (levels: number): string => {
      const inner = `${'{"a":'.repeat(levels - 1)}1${'}'.repeat(levels - 1)}`
      return `${JSON.stringify(TRANSACTION).slice(0, -1)},"deep":${inner}}`
    }
    expect(reasonOf('transactions', nested(32))).toBeUndefined()
    expect(reasonOf('transactions', nested(33))).toBe('bad_schema')
    expect(reasonOf('transactions', nested(10_000))).toBe('bad_schema')
    const array = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
    expect(reasonOf('transactions', `${JSON.stringify(TRANSACTION).slice(0, -1)},"deep":${array}}`)).toBe(
      'bad_schema',
    )
  })
})

describe('a stream that is not known', () => {
  it.each([undefined, '', 'transaction', 'Transactions', '__proto__', 'constructor'])(
    'is refused: %o',
    (stream) => {
      expect(reasonOf(stream, TRANSACTION)).toBe('unknown_stream')
    },
  )

  it('is refused with the names of those that are', () => {
    expect(detailOf('payments', TRANSACTION)).toMatch(
      /payments.*feedback, locations, merchants, transactions/,
    )
  })

  it('is not echoed if its name could be a card number', () => {
    expect(detailOf('4111111111111111', TRANSACTION)).not.toContain('4111')
  })
})
