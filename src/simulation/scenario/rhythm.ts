import type {SeededRandom} from '../seeded-random.js'
import {HOUR_MS} from './span.js'

/** How much of a day's activity falls into each local hour: asleep, commuting, at lunch, in the evening. */
const WEEKDAY = [3, 2, 1, 1, 2, 6, 18, 40, 48, 34, 32, 44, 68, 56, 38, 36, 46, 66, 74, 66, 48, 32, 18, 8]
const WEEKEND = [9, 6, 3, 2, 1, 2, 6, 14, 32, 54, 72, 80, 82, 72, 66, 64, 62, 62, 66, 64, 52, 40, 28, 16]

/** Hours of a week from Thursday 00:00 on, since the epoch began on a Thursday; mean per day 1. */
const WEEK_HOURS = weekHours()

/**
 * The next time, after `after_ms`, of something that happens `perDay` times a day on average,
 * mostly while people are awake at `utcOffset_h`. Whole milliseconds.
 */
export function nextByRhythm(
  after_ms: number,
  perDay: number,
  utcOffset_h: number,
  random: SeededRandom,
): number {
  let need = random.exponential() / perDay
  let at = after_ms / HOUR_MS + utcOffset_h
  for (;;) {
    const hour = Math.floor(at)
    const share = WEEK_HOURS[hour % 168] as number
    const available = share * (hour + 1 - at)
    if (need <= available) return Math.ceil((at + need / share - utcOffset_h) * HOUR_MS)
    need -= available
    at = hour + 1
  }
}

/** 0..23.99 */
export function localHour(time_ms: number, utcOffset_h: number): number {
  const hours = time_ms / HOUR_MS + utcOffset_h
  return hours - Math.floor(hours / 24) * 24
}

export function isWeekend(time_ms: number, utcOffset_h: number): boolean {
  const day = Math.floor((time_ms / HOUR_MS + utcOffset_h) / 24) % 7
  return day === 2 || day === 3
}

function weekHours(): number[] {
  const [thursday, friday, saturday, sunday] = [WEEKDAY, WEEKDAY, WEEKEND, WEEKEND]
  const week = [thursday, friday, saturday, sunday, WEEKDAY, WEEKDAY, WEEKDAY].flat()
  const mean = week.reduce((sum, weight) => sum + weight, 0) / 7
  return week.map((weight) => weight / mean)
}
