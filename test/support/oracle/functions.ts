import type {AcceptedEvent} from './shapes.js'
import {durationMs, rfc3339Ms} from './spelled-time.js'
import {ERROR, isBound, isDuration, isList, isTimestamp, orError, type Value} from './values.js'

const EARTH_RADIUS_KM = 6371.0088
const METRES_PER_MILE = 1609.344

/** Great-circle distance (haversine) in kilometres, of points in degrees. */
export function haversineKm(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180
  const halfChord =
    Math.sin(radians(lat2 - lat1) / 2) ** 2 +
    Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lon2 - lon1) / 2) ** 2
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(halfChord)))
}

/** A function called by name with evaluated arguments: `distance_miles(a, b)`, `double(x)`. */
export function callFunction(name: string, args: readonly Value[]): Value {
  const [first = ERROR, second = ERROR] = args
  if (first === ERROR) return ERROR
  switch (name) {
    case 'distance_km':
      return distanceKm(first, second)
    case 'distance_miles': {
      const km = distanceKm(first, second)
      return typeof km === 'number' ? (km * 1_000) / METRES_PER_MILE : ERROR
    }
    case 'speed_kmh': {
      const km = distanceKm(first, second)
      const hours = Math.abs(secondsBetween(first, second)) / 3_600
      if (typeof km !== 'number') return ERROR
      return km === 0 && hours === 0 ? 0 : orError(km / hours)
    }
    case 'seconds_between':
      return orError(secondsBetween(first, second))
    case 'size':
      return sizeOf(first)
    case 'double':
      return typeof first === 'number' || typeof first === 'string' ? orError(Number(first)) : ERROR
    case 'int':
      return typeof first === 'number' || typeof first === 'string'
        ? orError(Math.trunc(Number(first)))
        : ERROR
    case 'string':
      return typeof first === 'object' ? ERROR : String(first)
    case 'timestamp': {
      const time = typeof first === 'string' ? rfc3339Ms(first) : null
      return time === null ? ERROR : {timestampMs: time}
    }
    case 'duration':
      return typeof first === 'string' ? {durationMs: durationMs(first)} : ERROR
    default:
      throw new Error(`the oracle does not know the function ${name}`)
  }
}

/** A function called on a value: `tx.note.contains('x')`, `tx.event_time.getHours()`. */
export function callMethod(name: string, target: Value, args: readonly Value[]): Value {
  const [argument = ERROR] = args
  if (target === ERROR || (args.length > 0 && argument === ERROR)) return ERROR
  if (name === 'size') return sizeOf(target)
  if (isTimestamp(target)) return timestampPart(name, new Date(target.timestampMs))
  if (isDuration(target)) return durationPart(name, target.durationMs)
  if (typeof target !== 'string') return ERROR
  if (name === 'lowerAscii') return target.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (name === 'upperAscii') return target.replace(/[a-z]/g, (letter) => letter.toUpperCase())
  if (name === 'trim') return target.trim()
  if (typeof argument !== 'string') return ERROR
  switch (name) {
    case 'contains':
      return target.includes(argument)
    case 'startsWith':
      return target.startsWith(argument)
    case 'endsWith':
      return target.endsWith(argument)
    case 'matches':
      return new RegExp(argument, 'u').test(target)
    default:
      throw new Error(`the oracle does not know the method ${name}`)
  }
}

function position(of: Value): {readonly lat: number; readonly lon: number} | null {
  if (!isBound(of)) return null
  const {lat, lon} = of.event.fields
  return typeof lat === 'number' && typeof lon === 'number' ? {lat, lon} : null
}

function distanceKm(left: Value, right: Value): Value {
  const [from, to] = [position(left), position(right)]
  return from === null || to === null ? ERROR : haversineKm(from.lat, from.lon, to.lat, to.lon)
}

/** b - a in seconds; NaN without two events. */
function secondsBetween(left: Value, right: Value): number {
  const time = (of: Value): number => (isBound(of) ? (of.event satisfies AcceptedEvent).time : Number.NaN)
  return (time(right) - time(left)) / 1_000
}

function sizeOf(value: Value): Value {
  if (typeof value === 'string') return [...value].length
  return isList(value) ? value.list.length : ERROR
}

/** CEL counts months, days of the week (Sunday), of the month (`getDayOfMonth`) and of the year from 0. */
function timestampPart(name: string, date: Date): Value {
  const yearStart = Date.UTC(date.getUTCFullYear(), 0, 1)
  const parts: Readonly<Record<string, number>> = {
    getFullYear: date.getUTCFullYear(),
    getMonth: date.getUTCMonth(),
    getDate: date.getUTCDate(),
    getDayOfMonth: date.getUTCDate() - 1,
    getDayOfWeek: date.getUTCDay(),
    getDayOfYear: Math.floor((date.getTime() - yearStart) / 86_400_000),
    getHours: date.getUTCHours(),
    getMinutes: date.getUTCMinutes(),
    getSeconds: date.getUTCSeconds(),
    getMilliseconds: date.getUTCMilliseconds(),
  }
  return parts[name] ?? ERROR
}

/** Of a duration CEL gives the whole number of the unit, and the milliseconds within the second. */
function durationPart(name: string, milliseconds: number): Value {
  const parts: Readonly<Record<string, number>> = {
    getHours: Math.trunc(milliseconds / 3_600_000),
    getMinutes: Math.trunc(milliseconds / 60_000),
    getSeconds: Math.trunc(milliseconds / 1_000),
    getMilliseconds: milliseconds % 1_000,
  }
  return parts[name] ?? ERROR
}
