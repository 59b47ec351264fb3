import {describe, expect, test} from 'vitest'
import {amend, fits} from '../../../../src/core/bundle/amend.js'
import {MOST_ADDED_ENTRIES, NO_AMENDMENTS} from '../../../../src/core/bundle/amendments-file.js'

const NOW = Date.UTC(2026, 0, 31)
const DAY = 24 * 3_600_000
const on = (day: number) => new Date(NOW + day * DAY).toISOString()
const entry = (value: string, day: number, list = 'blocked') => ({list, value, expires: on(day)})
const versions = new Map([['large', 3]])

describe('modes', () => {
  test('hold for the version that runs; another one for the same rule takes its place', () => {
    const off = amend(NO_AMENDMENTS, {mode: {rule: 'large', mode: 'off'}}, versions, NOW)
    expect(off.modes).toEqual([{rule: 'large', version: 3, mode: 'off'}])
    const live = amend(off, {mode: {rule: 'large', mode: 'live'}}, versions, NOW)
    expect(live.modes).toEqual([{rule: 'large', version: 3, mode: 'live'}])
  })

  test('go when the rule has another version, or is gone', () => {
    const off = amend(NO_AMENDMENTS, {mode: {rule: 'large', mode: 'off'}}, versions, NOW)
    expect(amend(off, {}, new Map([['large', 4]]), NOW).modes).toEqual([])
    expect(amend(off, {}, new Map(), NOW).modes).toEqual([])
    expect(amend(off, {}, versions, NOW)).toEqual(off)
  })
})

describe('entries', () => {
  test('of one value in one list are one, with the later end', () => {
    const first = amend(NO_AMENDMENTS, {entries: [entry('d1', 9), entry('d1', 9, 'others')]}, versions, NOW)
    const {entries} = amend(first, {entries: [entry('d1', 5), entry('d2', 1)]}, versions, NOW)
    expect(entries).toEqual([entry('d1', 9), entry('d1', 9, 'others'), entry('d2', 1)])
    expect(amend(first, {entries: [entry('d1', 20)]}, versions, NOW).entries).toContainEqual(entry('d1', 20))
  })

  test('stay for a while after their end, for events that come late, and then go', () => {
    const added = amend(NO_AMENDMENTS, {entries: [entry('d1', 1)]}, versions, NOW)
    expect(amend(added, {}, versions, NOW + 30 * DAY).entries).toHaveLength(1)
    expect(amend(added, {}, versions, NOW + 31 * DAY).entries).toHaveLength(0)
  })

  test('are as many as may be, and no more', () => {
    const entries = Array.from({length: MOST_ADDED_ENTRIES}, (_, i) => entry(`d${i}`, 1))
    expect(fits(amend(NO_AMENDMENTS, {entries}, versions, NOW))).toBe(true)
    expect(fits(amend(NO_AMENDMENTS, {entries: [...entries, entry('one', 1)]}, versions, NOW))).toBe(false)
  })
})
