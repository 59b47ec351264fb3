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
  return typeof value === 'string' ? (parseUtcMilliseconds(value) ?? parseRfc3339(value)) : undefined
}

/** RFC 3339 with milliseconds, UTC. */
export function formatTime(time: EventTime | WallTime): string {
  const hour = Math.floor(time / HOUR_MS)
  if (hour !== formattedHour) {
    formattedHour = hour
    formattedPrefix = new Date(hour * HOUR_MS).toISOString().slice(0, 14)
  }
  const ms = time - hour * HOUR_MS
  const second = Math.floor(ms / 1000)
  return `${formattedPrefix}${SECONDS[second]}${MILLISECONDS[ms - second * 1000]}`
}

const HOUR_MS = 3_600_000

/** `59:59.` */
const SECONDS: readonly string[] = Array.from({length: 3600}, (_, second) => {
  return `${padded(Math.floor(second / 60), 2)}:${padded(second % 60, 2)}.`
})
/** `999Z` */
const MILLISECONDS: readonly string[] = Array.from({length: 1000}, (_, ms) => `${padded(ms, 3)}Z`)

/*
 * Times of one stream lie close together: the text of their hour and of their day is kept from one call to the next.
 * (Not that of the minute, which changes too often: an event's time and its arrival take turns.)
 */
let formattedHour = Number.NaN
let formattedPrefix = ''
let parsedDay = '1970-01-01T'
let parsedMidnight = 0

/** `2026-01-31T23:59:59.999Z`, the form that Tripline itself writes. Undefined for any other. */
function parseUtcMilliseconds(text: string): EventTime | undefined {
  if (text.length !== 24 || text[13] !== ':' || text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z')
    return undefined
  if (!text.startsWith(parsedDay)) {
    const midnight = parseRfc3339(`${text.slice(0, 11)}00:00:00Z`)
    if (midnight === undefined) return undefined
    parsedDay = text.slice(0, 11)
    parsedMidnight = midnight
  }
  const hour = digit(text, 11) * 10 + digit(text, 12)
  const minute = digit(text, 14) * 10 + digit(text, 15)
  const second = digit(text, 17) * 10 + digit(text, 18)
  const ms = digit(text, 20) * 100 + digit(text, 21) * 10 + digit(text, 22)
  if (!(hour < 24 && minute < 60 && second < 60 && ms < 1000)) return undefined
  return (parsedMidnight + ((hour * 60 + minute) * 60 + second) * 1000 + ms) as EventTime
}

/** The value of a digit; not a number if it is none, which carries through and fails every comparison. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30
  return value >= 0 && value <= 9 ? value : Number.NaN
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}

function parseRfc3339(value: string): EventTime | undefined {
  const parts = RFC_3339.exec(value)
  if (parts === null) return undefined
  const [, month, day, hour, minute, second, offsetHour = '00', offsetMinute = '00'] = parts
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined
  if (Number(day) > daysInMonth(Number(value.slice(0, 4)), Number(month))) return undefined
  return withinFourDigitYears(Date.parse(value.toUpperCase()))
}

function withinFourDigitYears(ms: number): EventTime | undefined {
  return Number.isInteger(ms) && ms >= EARLIEST_MS && ms <= LATEST_MS ? (ms as EventTime) : undefined
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}
