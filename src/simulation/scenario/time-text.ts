import {type EventTime, formatTime} from '../../core/event/time.js'
import {DAY_MS, MINUTE_MS} from './span.js'

/** Texts up to the minute, of the day that was asked for last, and texts from the second on: filled as needed. */
let minutesOfDay: (string | undefined)[] = []
let cachedDay = Number.NaN
const secondsOfMinute: (string | undefined)[] = new Array(MINUTE_MS).fill(undefined)

/**
 * RFC 3339 with milliseconds, UTC: the same text as `formatTime`, several times as fast for times that
 * mostly fall on one day, because it joins two known halves.
 */
export function timeText(time_ms: number): string {
  const day = Math.floor(time_ms / DAY_MS)
  if (day !== cachedDay) {
    minutesOfDay = new Array(1440).fill(undefined)
    cachedDay = day
  }
  const inDay = time_ms - day * DAY_MS
  const minute = Math.floor(inDay / MINUTE_MS)
  const inMinute = inDay - minute * MINUTE_MS
  const date = minutesOfDay[minute]
  const clock = secondsOfMinute[inMinute]
  if (date !== undefined && clock !== undefined) return date + clock
  const text = formatTime(time_ms as EventTime)
  minutesOfDay[minute] = text.slice(0, 17)
  secondsOfMinute[inMinute] = text.slice(17)
  return text
}
