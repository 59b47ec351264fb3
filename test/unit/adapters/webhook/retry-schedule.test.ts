import {describe, expect, test} from 'vitest'
import {parseRetryAfter, RETRY_DELAYS, retryDelay} from '../../../../src/adapters/webhook/retry-schedule.js'
import type {WallTime} from '../../../../src/core/event/time.js'

const H = 3_600_000
const NOW = Date.UTC(2026, 0, 31, 12) as WallTime

test('the waits are 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h; then no more', () => {
  const waits = Array.from({length: 10}, (_, i) => retryDelay(i + 1, 0, undefined))
  expect(waits).toEqual([5000, H / 12, H / 2, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H, undefined])
})

test('jitter adds up to a fifth', () => {
  for (const [i, delay] of RETRY_DELAYS.entries()) {
    expect(retryDelay(i + 1, 0.5, undefined)).toBe(Math.round(delay * 1.1))
    expect(retryDelay(i + 1, 1, undefined)).toBe(Math.round(delay * 1.2))
  }
})

test('what the receiver asked for is not undercut, and not followed beyond a day', () => {
  expect(retryDelay(1, 0, 60_000)).toBe(60_000)
  expect(retryDelay(2, 0, 60_000)).toBe(300_000)
  expect(retryDelay(1, 0, 1000 * H)).toBe(24 * H)
})

describe('Retry-After', () => {
  test.each([
    ['120', 120_000],
    ['0', 0],
    ['Sat, 31 Jan 2026 12:01:00 GMT', 60_000],
    ['Sat, 31 Jan 2026 11:59:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['2026-01-31', undefined],
    ['99999999999999', undefined],
    [undefined, undefined],
  ])('%s', (header, ms) => {
    expect(parseRetryAfter(header, NOW)).toBe(ms)
  })
})
