const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds of a duration such as `500ms 30s 15m 1h 7d`. Throws on anything else. */
export function durationMs(text: string): number {
  const found = /^(\d+)(ms|s|m|h|d)$/.exec(text)
  if (found === null) throw new Error(`not a duration: ${text}`)
  return Number(found[1]) * (UNIT_MS[found[2] ?? ''] ?? Number.NaN)
}

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** Epoch milliseconds of an RFC 3339 text, digits after the milliseconds cut off; null if it is none. */
export function rfc3339Ms(text: string): number | null {
  const found = RFC_3339.exec(text)
  if (found === null) return null
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const millisecond = Number((found[7] ?? '').padEnd(3, '0').slice(0, 3))
  if (hour > 23 || minute > 59 || second > 59) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  const local = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1_000 + millisecond
  if (found[8] === undefined) return local
  const [offsetHours, offsetMinutes] = [Number(found[9]), Number(found[10])]
  if (offsetHours > 23 || offsetMinutes > 59) return null
  const offset = (offsetHours * 60 + offsetMinutes) * 60_000
  return found[8] === '+' ? local - offset : local + offset
}

const YEAR_0_MS = -62_167_219_200_000
const YEAR_9999_END_MS = 253_402_300_799_999

/** `event_time` and `arrival_time`: RFC 3339 text or integer epoch milliseconds, of the years 0 to 9999. */
export function instantMs(value: unknown): number | null {
  const time = typeof value === 'string' ? rfc3339Ms(value) : value
  if (typeof time !== 'number' || !Number.isInteger(time)) return null
  return time >= YEAR_0_MS && time <= YEAR_9999_END_MS ? time : null
}

/** The instant of a date (`2026-01-01`, its first moment in UTC) or an RFC 3339 text in a data file. */
export function dataFileMs(text: string): number {
  const time = rfc3339Ms(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)
  if (time === null) throw new Error(`not an instant: ${text}`)
  return time
}
