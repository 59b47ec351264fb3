import {expect, it} from 'vitest'
import {type EventTime, formatTime} from '../../../../src/core/event/time.js'
import {timeText} from '../../../../src/simulation/scenario/time-text.js'

it('writes the same text as formatTime, whatever was asked for before', () => {
  const midnight = Date.UTC(2026, 1, 28)
  const offsets = [0, 1, -1, 999, 59_999, 60_000, 86_399_999, 86_400_000, -86_400_000, 1, 43_210_987]
  for (const offset of [...offsets, ...offsets]) {
    expect(timeText(midnight + offset)).toBe(formatTime((midnight + offset) as EventTime))
  }
})
