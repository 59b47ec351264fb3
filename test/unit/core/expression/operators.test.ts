import {describe, expect, it} from 'vitest'
import {ERROR, FALSE, TRUE} from '../../../../src/core/expression/evaluation.js'
import {compareText} from '../../../../src/core/expression/text-order.js'
import {compiled, evaluation, event, NOON, test, warningsOf} from './sample-scope.js'

const FIELDS = {amount: 7, mcc: '7995', currency: 'EUR', online: true, card_id: 'c1'}

describe('numbers', () => {
  it.each([
    'tx.amount == 7',
    'tx.amount == 7.0',
    'tx.amount == 7u',
    'tx.amount == 0x7',
    'tx.amount * 2 == 14',
    'tx.amount / 2 == 3.5',
    'tx.amount % 4 == 3.0',
    'tx.amount - 10 == -3',
    '-tx.amount == -7',
    '-(-tx.amount) == 7',
    'tx.amount + 0.5 > 7',
    'tx.amount >= 7 && tx.amount <= 7.0',
    'tx.amount != 8',
    '1 < 2 && tx.amount < 7.5',
    '(tx.amount + 1) * 2 == 16',
    'tx.amount in [1, 7.0]',
  ])('are doubles with and without the decimal point: %s', (text) => {
    expect(test(text, FIELDS)).toBe(TRUE)
  })
})

describe('strings', () => {
  it('join and compare', () => {
    expect(test("tx.mcc + tx.currency == '7995EUR'", FIELDS)).toBe(TRUE)
    expect(test("tx.currency > 'AAA' && tx.currency < 'F'", FIELDS)).toBe(TRUE)
    expect(test("tx.currency != 'EUR'", FIELDS)).toBe(FALSE)
  })

  it('compare as UTF-8 bytes, which is not how JavaScript compares', () => {
    const beyond = '\u{10000}'
    const privateUse = '\uE000'
    expect(beyond < privateUse).toBe(true)
    expect(test("tx.card_id > '\uE000'", {card_id: beyond})).toBe(TRUE)
    expect(Math.sign(compareText(beyond, privateUse))).toBe(1)
    const texts = ['', 'a', 'ab', 'b', 'é', '\uD7FF', privateUse, '\uFFFD', beyond, '\u{10FFFF}']
    for (const a of texts) {
      for (const b of texts) {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }
    }
  })

  it('may hold whatever text without becoming code', () => {
    const nasty = `"]; throw 1; \\ \u2028 ' \${x}`
    const literal = `"${nasty.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
    expect(test(`tx.card_id == ${literal}`, {card_id: nasty})).toBe(TRUE)
    expect(test(`tx.card_id in [${literal}]`, {card_id: nasty})).toBe(TRUE)
    expect(test(`tx.device[${literal}] == 1`, {device: {[nasty]: 1}})).toBe(TRUE)
  })
})

describe('truth values', () => {
  it('compare and combine', () => {
    expect(test('tx.online', FIELDS)).toBe(TRUE)
    expect(test('!tx.online', FIELDS)).toBe(FALSE)
    expect(test('tx.online == true', FIELDS)).toBe(TRUE)
    expect(test('tx.online != true', FIELDS)).toBe(FALSE)
    expect(test('false < tx.online', FIELDS)).toBe(TRUE)
    expect(test('tx.online in [true, false]', FIELDS)).toBe(TRUE)
    expect(test('tx.online', {online: 1})).toBe(ERROR)
  })
})

describe('values of unknown type', () => {
  it('take the type of the other side', () => {
    expect(test('tx.points > 5', {points: 6})).toBe(TRUE)
    expect(test('tx.points > 5', {points: '6'})).toBe(ERROR)
    expect(test("tx.tier == 'gold'", {tier: 'gold'})).toBe(TRUE)
    expect(test("tx.tier == 'gold'", {tier: false})).toBe(ERROR)
    expect(test('tx.flag && tx.amount > 1', {flag: true, amount: 2})).toBe(TRUE)
    expect(test('tx.flag', {flag: 'true'})).toBe(ERROR)
    expect(test('tx.points + 1 == 7', {points: 6})).toBe(TRUE)
    expect(test('-tx.points == -6', {points: 6})).toBe(TRUE)
  })

  it('are compared with each other if they agree', () => {
    expect(test('tx.p < tx.q', {p: 1, q: 2})).toBe(TRUE)
    expect(test('tx.p >= tx.q', {p: 1, q: 2})).toBe(FALSE)
    expect(test('tx.p == tx.q', {p: 'a', q: 'a'})).toBe(TRUE)
    expect(test('tx.p != tx.q', {p: 'a', q: 'a'})).toBe(FALSE)
    expect(test('tx.p == tx.q', {p: 'a', q: 1})).toBe(ERROR)
    expect(test('tx.p != tx.q', {p: {}, q: {}})).toBe(ERROR)
    expect(test("tx.p + tx.q == 'ab'", {p: 'a', q: 'b'})).toBe(TRUE)
    expect(test('tx.p + tx.q == 3', {p: 1, q: 2})).toBe(TRUE)
    expect(test('tx.p + tx.q == 3', {p: 1, q: 'b'})).toBe(ERROR)
    expect(test('(tx.online ? tx.amount : tx.p) == 2', {online: false, p: 2})).toBe(TRUE)
    expect(test('(tx.online ? tx.online : tx.p)', {online: true})).toBe(TRUE)
  })
})

describe('times', () => {
  const minutes = (n: number): number => NOON + n * 60_000
  const pair = evaluation({bound: [event({}, minutes(0)), event({}, minutes(20))]})

  it('are subtracted to durations and compared', () => {
    expect(compiled("other.event_time - tx.event_time == duration('20m')").test(pair)).toBe(TRUE)
    expect(compiled("other.event_time - tx.event_time < duration('15m')").test(pair)).toBe(FALSE)
    expect(compiled("tx.event_time + duration('20m') == other.event_time").test(pair)).toBe(TRUE)
    expect(compiled("other.event_time - duration('1h') < tx.event_time").test(pair)).toBe(TRUE)
    expect(compiled("duration('1h') + duration('30m') == duration('1h30m')").test(pair)).toBe(TRUE)
    expect(compiled('other.event_time > tx.event_time').test(pair)).toBe(TRUE)
  })

  it('are written in RFC 3339', () => {
    expect(test("tx.event_time == timestamp('2026-03-01T12:00:00Z')", {})).toBe(TRUE)
    expect(test("tx.event_time == timestamp('2026-03-01T13:00:00+01:00')", {})).toBe(TRUE)
    expect(test('timestamp(tx.issued) < tx.event_time', {issued: '2026-01-01T00:00:00Z'})).toBe(TRUE)
    expect(test('timestamp(tx.issued) < tx.event_time', {issued: 'yesterday'})).toBe(ERROR)
  })

  it('come from the event, whatever its fields say', () => {
    expect(test("tx.event_time == timestamp('2026-03-01T12:00:00Z')", {event_time: 'junk'})).toBe(TRUE)
  })
})

describe('constant conditions', () => {
  it.each([
    ['true', 'true'],
    ['1 + 1 == 3', 'false'],
    ['tx.amount > 1 || true', 'true'],
    ["tx.amount > 1 && 'a' == 'b'", 'false'],
    ['0.0 / 0.0 > 1', 'an error'],
    ["size('abc') == 3", 'true'],
    ['[1, 2].exists(x, x == 2)', 'true'],
  ])('%s is always %s, and that is a warning', (text, outcome) => {
    expect(warningsOf(text).map(({message}) => message)).toEqual([`the condition is always ${outcome}`])
  })

  it('are not suspected where a field decides', () => {
    expect(warningsOf('tx.amount > 1000 * 5')).toEqual([])
    expect(warningsOf('tx.amount > 1 && true')).toEqual([])
  })
})
