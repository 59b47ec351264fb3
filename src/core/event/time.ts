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
  const minute = Math.floor(time / MINUTE_MS)
  if (minute !== formattedMinute) {
    formattedMinute = minute
    const prefix = new Date(minute * MINUTE_MS).toISOString().slice(0, 17)
    for (let second = 0; second < 60; second++) formattedSeconds[second] = `${prefix}${padded(second, 2)}.`
  }
  const ms = time - minute * MINUTE_MS
  const second = Math.floor(ms / 1000)
  return `${formattedSeconds[second]}${MILLISECONDS[ms - second * 1000]}`
}

const MINUTE_MS = 60_000

/*
 * Times of one stream lie close together: the text down to the second is kept from one call to the next, in both
 * directions. A formatted time is then two texts that others share, and takes little memory.
 */
const MILLISECONDS: readonly string[] = Array.from({length: 1000}, (_, ms) => `${padded(ms, 3)}Z`)
const formattedSeconds: string[] = []
let formattedMinute = Number.NaN
let parsedPrefix = ''
let parsedMinute = 0

/** `2026-01-31T23:59:59.999Z`, the form that Tripline itself writes. Undefined for any other. */
function parseUtcMilliseconds(text: string): EventTime | undefined {
  if (text.length !== 24 || text.charCodeAt(19) !== 0x2e || text.charCodeAt(23) !== 0x5a) return undefined
  if (!text.startsWith(parsedPrefix) || parsedPrefix === '') {
    const minute = parseRfc3339(`${text.slice(0, 17)}00Z`)
    if (minute === undefined) return undefined
    parsedPrefix = text.slice(0, 17)
    parsedMinute = minute
  }
  const seconds = digit(text, 17) * 10 + digit(text, 18)
  const ms = digit(text, 20) * 100 + digit(text, 21) * 10 + digit(text, 22)
  return seconds < 60 ? withinFourDigitYears(parsedMinute + seconds * 1000 + ms) : undefined
}

/** The value of a digit; not a number if it is none, which carries through. */
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
