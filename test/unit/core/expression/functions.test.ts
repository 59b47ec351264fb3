import {describe, expect, it} from 'vitest'
import {parseDuration} from '../../../../src/core/expression/civil-time.js'
import {ERROR, FALSE, TRUE} from '../../../../src/core/expression/evaluation.js'
import {faultsOf, test} from './sample-scope.js'

describe('string functions', () => {
  it.each([
    "tx.mcc.contains('99')",
    "tx.mcc.startsWith('79')",
    "tx.mcc.endsWith('95')",
    "'7995-1'.startsWith(tx.mcc)",
    "tx.card_id.lowerAscii() == 'abÉ'",
    "tx.card_id.upperAscii() == 'ABÉ'",
    "tx.user_id.trim() == 'u1'",
    'size(tx.mcc) == 4',
    'tx.mcc.size() == 4',
    'size(tx.smile) == 2',
    'tx.tags.size() == 2',
    "tx.mcc.matches('^7[0-9]+$')",
    "tx.mcc.matches('99')",
    "matches(tx.mcc, '99')",
    "!tx.mcc.matches('^99')",
    "tx.smile.matches('^..$')",
  ])('%s', (text) => {
    const fields = {mcc: '7995', card_id: 'aBÉ', user_id: ' u1 ', smile: '😀!', tags: [1, 2]}
    expect(test(text, fields)).toBe(TRUE)
  })
})

describe('conversions', () => {
  it.each([
    "string(tx.amount) == '7.5'",
    "string(7) == '7' && tx.amount > 0",
    "string(tx.online) == 'true'",
    "string(tx.mcc) == '0012'",
    "string(tx.event_time) == '2026-03-01T12:00:00.000Z'",
    "string(duration('90m')) == '5400s' && tx.amount > 0",
    "string(tx.points) == '3'",
    'double(tx.mcc) == 12',
    "double('1e3') == 1000 && tx.amount > 0",
    'int(tx.amount) == 7',
    'int(-tx.amount) == -7',
    'int(tx.mcc) == 12',
    'int(tx.event_time) == 1772366400',
    'double(tx.points) == 3',
  ])('%s', (text) => {
    expect(test(text, {amount: 7.5, mcc: '0012', online: true, points: 3})).toBe(TRUE)
  })

  it('are errors for text that is no number', () => {
    for (const mcc of ['', ' 1', '1,5', '0x10', 'Infinity', '1 2']) {
      expect(test('double(tx.mcc) > 0', {mcc})).toBe(ERROR)
      expect(test('int(tx.mcc) > 0', {mcc})).toBe(ERROR)
    }
  })

  it.each(["duration('15 minutes') > duration('1m')", "timestamp('2026-02-30T00:00:00Z') < tx.event_time"])(
    'are refused when the rule is loaded if the text is a literal: %s',
    (text) => {
      expect(faultsOf(text)[0]?.message).toContain('has no value')
    },
  )
})

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['-1.5h', -5_400_000],
    ['7d', 604_800_000],
    ['250us', 0.25],
  ])('%s has %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['', '15', 'm', '1h 30m', '1w', '-', '1e3s', `${'1h'.repeat(60)}`])('%s is none', (text) => {
    expect(parseDuration(text)).toBeNaN()
  })
})

describe('parts of a timestamp', () => {
  const time = Date.parse('2026-03-01T12:34:56.789Z')

  it.each([
    ['getFullYear', 2026],
    ['getMonth', 2],
    ['getDate', 1],
    ['getDayOfMonth', 0],
    ['getDayOfWeek', 0],
    ['getDayOfYear', 59],
    ['getHours', 12],
    ['getMinutes', 34],
    ['getSeconds', 56],
    ['getMilliseconds', 789],
  ])('%s() is %d in UTC', (name, value) => {
    expect(test(`tx.event_time.${name}() == ${value}`, {}, time)).toBe(TRUE)
  })

  it('are right before 1970', () => {
    const before = Date.parse('1969-12-31T23:59:58.999Z')
    expect(test('tx.event_time.getHours() == 23', {}, before)).toBe(TRUE)
    expect(test('tx.event_time.getSeconds() == 58', {}, before)).toBe(TRUE)
    expect(test('tx.event_time.getMilliseconds() == 999', {}, before)).toBe(TRUE)
    expect(test('tx.event_time.getDayOfYear() == 364', {}, before)).toBe(TRUE)
  })

  it('know no time zones', () => {
    expect(faultsOf("tx.event_time.getHours('Europe/Rome') > 5")).toHaveLength(1)
  })

  it('are totals for a duration', () => {
    expect(test("duration('90m').getMinutes() == 90 && tx.amount > 0", {amount: 1})).toBe(TRUE)
    expect(test("duration('90m').getHours() == 1 && tx.amount > 0", {amount: 1})).toBe(TRUE)
  })
})

describe('matches()', () => {
  it('cannot backtrack catastrophically', () => {
    const card_id = `${'a'.repeat(30_000)}!`
    const start = performance.now()
    expect(test("tx.card_id.matches('^(a+)+$')", {card_id})).toBe(FALSE)
    expect(performance.now() - start).toBeLessThan(5000)
  })

  it.each([
    ["tx.mcc.matches('(a')", 15],
    ["tx.mcc.matches('(?=a)')", 15],
    ["tx.mcc.matches(r'(a)\\1')", 15],
    [`tx.mcc.matches('${'a'.repeat(1001)}')`, 15],
    ["tx.mcc.matches('((a{100}){10}){10}')", 15],
    ['tx.mcc.matches(tx.card_id)', 15],
  ])('refuses %s at its place', (text, start) => {
    const faults = faultsOf(text)
    expect(faults).toHaveLength(1)
    expect(faults[0]?.start).toBe(start)
  })
})
