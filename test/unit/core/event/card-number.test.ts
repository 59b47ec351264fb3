import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {
  mayHoldCardNumber,
  numberIsCardNumber,
  rawTextHoldsCardNumber,
  textHoldsCardNumber,
} from '../../../../src/core/event/card-number.js'
import {rawForDeadLetter} from '../../../../src/core/event/decode.js'
import {hidesCardNumber} from '../../../../src/core/event/hidden-card-number.js'
import {detailOf, LOCATION, reasonOf, TRANSACTION} from './decoding.js'

const VISA = '4111111111111111'

/** A card number of a length that begins with `prefix`: zeros, and the digit that makes it valid. */
function cardNumber(prefix: string, length: number): string {
  const body = prefix.padEnd(length - 1, '0')
  for (let digit = 0; digit < 10; digit++) if (luhn(`${body}${digit}`)) return `${body}${digit}`
  throw new Error('one of ten digits is valid')
}

function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = i % 2 === 1 ? Number(digit) * 2 : Number(digit)
    return total + Math.floor(value / 10) + (value % 10)
  }, 0)
  return sum % 10 === 0
}

describe('a text holds a card number', () => {
  it.each([
    ...['4', '51', '52', '53', '54', '55', '2221', '2720', '2500', '34', '36', '37', '300', '305', '6011'],
    ...['644', '649', '65', '62', '3528', '3589', '3550'],
  ])('if it begins with the issuer prefix %s', (prefix) => {
    for (let length = 13; length <= 19; length++)
      expect(textHoldsCardNumber(cardNumber(prefix, length))).toBe(true)
  })

  it.each([
    ...[
      '0',
      '1',
      '50',
      '56',
      '2220',
      '2721',
      '33',
      '35',
      '38',
      '299',
      '306',
      '6010',
      '6012',
      '643',
      '66',
      '61',
      '63',
    ],
    ...['3527', '3590', '7', '8', '9'],
  ])('but not if it begins with %s', (prefix) => {
    for (let length = 13; length <= 19; length++)
      expect(textHoldsCardNumber(cardNumber(prefix, length))).toBe(false)
  })

  it('only with a valid Luhn digit', () => {
    for (const last of '023456789') expect(textHoldsCardNumber(`411111111111111${last}`)).toBe(false)
  })

  it('of 13 to 19 digits', () => {
    expect(textHoldsCardNumber(cardNumber('4', 12))).toBe(false)
    expect(textHoldsCardNumber(cardNumber('4', 13))).toBe(true)
    expect(textHoldsCardNumber(cardNumber('4', 19))).toBe(true)
    expect(textHoldsCardNumber(cardNumber('4', 20))).toBe(false)
  })

  it.each([
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '4111-1111 1111-1111',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
  ])('with single spaces and dashes between the digits: %s', (text) =>
    expect(textHoldsCardNumber(text)).toBe(true),
  )

  it.each([
    '4111  1111 1111 1111',
    '4111--1111-1111-1111',
    '4111 -1111 1111 1111',
    '4111.1111.1111.1111',
    '4111_1111_1111_1111',
  ])('but not with anything else between them: %s', (text) => expect(textHoldsCardNumber(text)).toBe(false))

  it.each([
    `card ${VISA}.`,
    `(${VISA})`,
    `${VISA}/12`,
    `_${VISA}_`,
    `no.${VISA}`,
    `-${VISA}-`,
    `7  ${VISA}`,
    `€${VISA}`,
    `😀${VISA}`,
  ])('within other text: %s', (text) => expect(textHoldsCardNumber(text)).toBe(true))

  it.each([`x${VISA}`, `${VISA}x`, `ä${VISA}`, `${VISA}中`, `${VISA}𝐀`, `𝐀${VISA}`])(
    'unless a letter touches it: %s',
    (text) => expect(textHoldsCardNumber(text)).toBe(false),
  )

  it('where the run is maximal: one digit more makes it another number', () => {
    expect(textHoldsCardNumber(`${VISA} 1`)).toBe(false)
    expect(textHoldsCardNumber(`0${VISA}`)).toBe(false)
    expect(textHoldsCardNumber(`2026-${VISA}`)).toBe(false)
  })

  it('at any place of a long text', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (before, after) => {
        const text = `${'.'.repeat(before)}${VISA}${'.'.repeat(after)}`
        expect(mayHoldCardNumber(text)).toBe(true)
        expect(textHoldsCardNumber(text)).toBe(true)
      }),
    )
  })
})

describe('the quick look at a text', () => {
  it('never passes over a card number', () => {
    const pieces = fc.array(fc.constantFrom('1', '22', '4111', VISA, ' ', '-', 'x', '"', '.'), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('')
        if (textHoldsCardNumber(text)) expect(mayHoldCardNumber(text)).toBe(true)
      }),
      {numRuns: 500},
    )
  })

  it('never passes over one that is seen only when the JSON is parsed', () => {
    const shortVisa = 4222222222222
    const numbers = fc.constantFrom(
      '1795294676262',
      `${shortVisa}`,
      `${shortVisa - 1}.99999`,
      '4111111111111110.9999',
    )
    const texts = fc.constantFrom(
      `"${shortVisa}"`,
      '"1795294676262"',
      '"at 1795294676262 4"',
      '"x1795294676262"',
      '12.5',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(numbers, texts), {minLength: 1, maxLength: 6}), (literals) => {
        const text = `[${literals.join(',')}]`
        if (hidesCardNumber(text, undefined)) expect(mayHoldCardNumber(text)).toBe(true)
      }),
      {numRuns: 500},
    )
  })

  it.each([
    '2026-01-05 12:30:00',
    '{          "a": 1}',
    '1 2 3 4 5 6 7 8 9 0 1 2',
    '- - - - - - - - - - - -',
    '{"event_time": 1795294676262}',
    '{"event_time":1795294676262,"ended":"1795294676999"}',
    '{"id":"r10000-1795294676262-12-34"}',
  ])('passes over runs that are too short, or are none: %s', (text) =>
    expect(mayHoldCardNumber(text)).toBe(false),
  )

  it.each([
    '{"a": 4222222222222}',
    '{"a": 1795294676262.5}',
    '{"a": 1795294676262e3}',
    '{"a": "4111 1111-11111111"}',
    '{"a": "n4111111111111111"}',
  ])('does not pass over what may be one: %s', (text) => expect(mayHoldCardNumber(text)).toBe(true))
})

describe('a JSON number is a card number', () => {
  it.each([4111111111111111, -4111111111111111, 4111111111111111.5, 4.111111111111111e15, 378282246310005])(
    'by its integer part: %d',
    (value) => expect(numberIsCardNumber(value)).toBe(true),
  )

  it.each([
    4111111111111112,
    0.4111111111111111,
    41.11111111111111,
    411111111111,
    Number.POSITIVE_INFINITY,
    4e30,
  ])('and not otherwise: %d', (value) => expect(numberIsCardNumber(value)).toBe(false))
})

describe('an event that holds a card number is refused', () => {
  it.each<[string, string]>([
    ['in a field', `"note":"${VISA}"`],
    ['in a required field', `"user_id":"${VISA}"`],
    ['in a text', `"note":"paid with 4111 1111 1111 1111."`],
    ['after a line break', `"note":"card:\\n${VISA}"`],
    ['below other fields', `"a":{"b":[1,{"c":"${VISA}"}]}`],
    ['as the name of a field', `"${VISA}":1`],
    ['as the name of a nested field', `"a":[{"${VISA}":1}]`],
    ['as a number', `"n":${VISA}`],
    ['as a number in an array', `"n":[[${VISA}]]`],
    ['as a number with an exponent', '"n":4.111111111111111e15'],
    ['as a number with an exponent and few digits', '"n":4000001e9'],
    ['as a number of 19 digits', `"n":${cardNumber('4', 19)}`],
    ['as a negative number', `"n":-${VISA}`],
    ['as the amount', `"amount":${VISA}`],
    ['in a derived field, which is overwritten', `"amount_usd":${VISA}`],
    ['in the event time', `"event_time":${VISA}`],
    ['with escaped digits', `"note":"\\u0034111111111111111"`],
    ['with escaped digits in the name of a field', `"\\u0034111111111111111":1`],
    ['with escaped separators', '"note":"4111\\u00201111\\u00201111\\u00201111"'],
  ])('%s', (_, field) => {
    const text = `${JSON.stringify(TRANSACTION).slice(0, -1)},${field}}`
    expect(reasonOf('transactions', text)).toBe('looks_like_pan')
    expect(detailOf('transactions', text)).not.toMatch(/\d{4}/)
    expect(rawForDeadLetter(Buffer.from(text), text)).toBeNull()
  })

  it('before its schema is looked at', () => {
    expect(reasonOf('transactions', {note: VISA})).toBe('looks_like_pan')
    expect(reasonOf('transactions', JSON.stringify([VISA]))).toBe('looks_like_pan')
    expect(reasonOf('transactions', JSON.stringify(VISA))).toBe('looks_like_pan')
  })

  it('but after its stream is known', () => {
    expect(reasonOf('payments', {note: VISA})).toBe('unknown_stream')
  })
})

describe('what is no card number passes', () => {
  it('such as coordinates with many digits', () => {
    expect(
      reasonOf('locations', {...LOCATION, lat: 0.4111111111111111, lon: -41.11111111111111}),
    ).toBeUndefined()
  })

  it('such as a time in milliseconds', () => {
    expect(reasonOf('transactions', {...TRANSACTION, event_time: Date.UTC(2026, 0, 1)})).toBeUndefined()
  })

  it('such as an id with a letter touching the digits', () => {
    expect(reasonOf('transactions', {...TRANSACTION, transaction_id: `t${VISA}`})).toBeUndefined()
  })
})

describe('an exempt field', () => {
  const panExempt = ['order_no']

  it.each<[string, object]>([
    ['text', {order_no: VISA}],
    ['a number', {order_no: 4111111111111111}],
    ['an array', {order_no: [VISA, 4111111111111111]}],
    ['an object', {order_no: {text: VISA, number: 4111111111111111}}],
    ['nested text', {details: {order_no: VISA}}],
    ['a nested number', {details: [{order_no: 4111111111111111}]}],
  ])('may hold what looks like a card number, as %s', (_, fields) => {
    expect(reasonOf('transactions', {...TRANSACTION, ...fields}, {panExempt})).toBeUndefined()
  })

  it('exempts no other field', () => {
    expect(reasonOf('transactions', {...TRANSACTION, order_no: VISA, note: VISA}, {panExempt})).toBe(
      'looks_like_pan',
    )
  })

  it('is kept out of dead letters all the same', () => {
    const text = JSON.stringify({...TRANSACTION, order_no: VISA, amount: -1})
    expect(reasonOf('transactions', text, {panExempt})).toBe('bad_schema')
    expect(rawForDeadLetter(Buffer.from(text), text)).toBeNull()
  })
})

describe('the raw bytes of a dead letter', () => {
  it('are kept in base64 if they hold no card number', () => {
    expect(rawForDeadLetter(Buffer.from('{"amount":'), '{"amount":')).toBe(
      Buffer.from('{"amount":').toString('base64'),
    )
  })

  it.each([
    ...[
      `{"note":"${VISA}"`,
      `${VISA}`,
      '{"note":"\\u0034111111111111111',
      `{"note":"card\\n${VISA}`,
      `{"note":"\\t${VISA}`,
    ],
    ...['{"n":4.111111111111111e15}'],
  ])('are dropped if they hold one, JSON or not: %s', (text) => {
    expect(rawForDeadLetter(Buffer.from(text), text)).toBeNull()
  })

  it('tell an escape from a letter after a backslash', () => {
    expect(rawTextHoldsCardNumber(`"\\n${VISA}"`)).toBe(true)
    expect(rawTextHoldsCardNumber(`"\\\\n${VISA}"`)).toBe(false)
  })
})
