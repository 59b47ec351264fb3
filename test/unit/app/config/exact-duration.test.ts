import fc from 'fast-check'
import {expect, it} from 'vitest'
import {formatExactDuration} from '../../../../src/app/config/exact-duration.js'
import {parseDuration} from '../../../../src/core/source/duration.js'

it.each([
  [0, '0ms'],
  [1500, '1500ms'],
  [5000, '5s'],
  [90_000, '90s'],
  [600_000, '10m'],
  [86_400_000, '1d'],
])('writes %d ms as %s', (ms, text) => {
  expect(formatExactDuration(ms)).toBe(text)
})

it('writes a duration so that it reads back the same', () => {
  fc.assert(
    fc.property(fc.nat(), (ms) => {
      expect(parseDuration(formatExactDuration(ms))).toBe(ms)
    }),
  )
})
