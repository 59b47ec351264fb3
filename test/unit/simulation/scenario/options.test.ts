import {expect, it} from 'vitest'
import {formatTime} from '../../../../src/core/event/time.js'
import {resolveOptions} from '../../../../src/simulation/scenario/options.js'

it('begins on a Monday and plants a fraud of each kind per 400 user days', () => {
  const resolved = resolveOptions({users: 400, days: 5, seed: 1})
  expect(formatTime(resolved.start)).toBe('2026-01-05T00:00:00.000Z')
  expect(formatTime(resolved.end)).toBe('2026-01-10T00:00:00.000Z')
  expect(resolved.frauds).toBe(5)
})

it('plants at least one of each kind unless told not to', () => {
  expect(resolveOptions({users: 1, days: 1, seed: 1}).frauds).toBe(1)
  expect(resolveOptions({users: 1, days: 1, seed: 1, frauds: 0}).frauds).toBe(0)
})

it.each([
  [{users: 0}, 'users is 0; allowed is 1 to 10000000'],
  [{users: 1.5}, 'users is 1.5; allowed is a whole number'],
  [{days: Number.NaN}, 'days is NaN; allowed is 0.001 to 3660'],
  [{late: 2}, 'late is 2; allowed is 0 to 0.5'],
])('refuses %j and says what is allowed', (wrong, message) => {
  expect(() => resolveOptions({users: 10, days: 1, seed: 1, ...wrong})).toThrow(new RangeError(message))
})
