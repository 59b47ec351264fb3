/** Event time: integer milliseconds since the epoch, UTC. Says when something happened. */
export type EventTime = number & {readonly __brand: 'EventTime'}

/** Wall time: integer milliseconds since the epoch, UTC, on the machine that handles the event. */
export type WallTime = number & {readonly __brand: 'WallTime'}

/** Earlier than every event. */
export const BEGINNING_OF_TIME = Number.NEGATIVE_INFINITY as EventTime

/** Later than every event. */
export const END_OF_TIME = Number.POSITIVE_INFINITY as EventTime

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999Z: what four digits of a year can say. */
const EARLIEST_MS = -62_135_596_800_000
const LATEST_MS = 253_402_300_799_999

const RFC_3339 = /^\d{4}-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:[Zz]|[+-](\d\d):(\d\d))$/

/**
 * Event time from the wire: RFC 3339 text, or integer epoch milliseconds.
 * Fractions finer than a millisecond are cut off. `undefined` if it is neither, or outside the years 1 to 9999.
 */
export function parseEventTime(value: unknown): EventTime | undefined {
  if (typeof value === 'number') return withinFourDigitYears(value)
  if (typeof value !== 'string') return undefined
  const parts = RFC_3339.exec(value)
  if (parts === null) return undefined
  const [, month, day, hour, minute, second, offsetHour = '00', offsetMinute = '00'] = parts
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined
  if (Number(day) > daysInMonth(Number(value.slice(0, 4)), Number(month))) return undefined
  return withinFourDigitYears(Date.parse(value.toUpperCase()))
}

/** RFC 3339 with milliseconds, UTC. */
export function formatTime(time: EventTime | WallTime): string {
  return new Date(time).toISOString()
}

function withinFourDigitYears(ms: number): EventTime | undefined {
  return Number.isInteger(ms) && ms >= EARLIEST_MS && ms <= LATEST_MS ? (ms as EventTime) : undefined
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}
