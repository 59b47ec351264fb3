const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

const DURATION = /^-?(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h|d))+$/
const DURATION_PART = /(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|d)/g

/** Milliseconds of `500ms`, `15m`, `1h30m`, `-1.5h`, `7d`. NaN if it is none. */
export function parseDuration(text: string): number {
  if (text.length > 100 || !DURATION.test(text)) return Number.NaN
  let ms = 0
  for (const [, count, unit] of text.matchAll(DURATION_PART)) ms += Number(count) * MS_PER_UNIT[unit!]!
  return text.startsWith('-') ? -ms : ms
}

/** CEL's text of a duration: its seconds, such as `5400s`. */
export function formatDuration(ms: number): string {
  return `${ms / 1000}s`
}

const MS_PER_DAY = 86_400_000

/** 0 to 365. `ms` is a timestamp, UTC; NaN if it is outside the calendar. */
export function dayOfYear(ms: number): number {
  const newYear = new Date(0).setUTCFullYear(new Date(ms).getUTCFullYear())
  return Math.floor((ms - newYear) / MS_PER_DAY)
}

/** The remainder that is never negative: the times before 1970 have the same clock. */
export function cycle(value: number, length: number): number {
  return ((Math.floor(value) % length) + length) % length
}
