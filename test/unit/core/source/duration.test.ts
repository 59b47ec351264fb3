import {describe, expect, it} from 'vitest'
import {describeDuration, parseDuration} from '../../../../src/core/source/duration.js'

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['0s', 0],
    ['090s', 90_000],
    ['3660d', 3660 * 86_400_000],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each([
    '',
    '1',
    'h',
    '1 h',
    ' 1h',
    '1h ',
    '1H',
    '1.5h',
    '-1h',
    '+1h',
    '1e3s',
    '1h30m',
    '1w',
    '1us',
    '3661d',
    '99999999999999999999d',
  ])('is not %o', (text) => expect(parseDuration(text)).toBeUndefined())

  it.each([
    [1, '1 millisecond'],
    [30_000, '30 seconds'],
    [60_000, '1 minute'],
    [900_000, '15 minutes'],
    [3_600_000, '1 hour'],
    [5_400_000, '1 hour 30 minutes'],
    [604_800_000, '7 days'],
  ])('of %d ms is read as %s', (ms, text) => expect(describeDuration(ms)).toBe(text))
})
