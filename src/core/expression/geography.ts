import type {StoredEvent} from '../event/stored-event.js'

/** Mean radius of the earth (IUGG R1), km. */
export const EARTH_RADIUS_KM = 6371.0088

/** The international mile. */
export const KM_PER_MILE = 1.609344

const RADIANS_PER_DEGREE = Math.PI / 180
const MS_PER_HOUR = 3_600_000

/** Great-circle distance in km between two points given in degrees, by the haversine formula. NaN if one is. */
export function haversineKm(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const sinHalfLat = Math.sin(((lat2 - lat1) * RADIANS_PER_DEGREE) / 2)
  const sinHalfLon = Math.sin(((lon2 - lon1) * RADIANS_PER_DEGREE) / 2)
  const cosines = Math.cos(lat1 * RADIANS_PER_DEGREE) * Math.cos(lat2 * RADIANS_PER_DEGREE)
  const squaredHalfChord = sinHalfLat * sinHalfLat + cosines * sinHalfLon * sinHalfLon
  // Rounding may lift the value for antipodes above 1, where the arcsine is not defined.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(squaredHalfChord)))
}

/** Distance in km between the positions of two events. NaN if an event, its `lat` or its `lon` is missing. */
export function distanceKm(a: StoredEvent | undefined, b: StoredEvent | undefined): number {
  if (a === undefined || b === undefined) return Number.NaN
  const {lat: lat1, lon: lon1} = a.fields
  const {lat: lat2, lon: lon2} = b.fields
  if (typeof lat1 !== 'number' || typeof lon1 !== 'number') return Number.NaN
  if (typeof lat2 !== 'number' || typeof lon2 !== 'number') return Number.NaN
  return haversineKm(lat1, lon1, lat2, lon2)
}

/** Like `distanceKm`, in miles. */
export function distanceMiles(a: StoredEvent | undefined, b: StoredEvent | undefined): number {
  return distanceKm(a, b) / KM_PER_MILE
}

/**
 * Speed in km/h that leads from one event to the other, whichever is earlier. At one instant: 0 for no distance,
 * else infinite. NaN if an event or its position is missing.
 */
export function speedKmh(a: StoredEvent | undefined, b: StoredEvent | undefined): number {
  const km = distanceKm(a, b)
  if (a === undefined || b === undefined || km === 0) return km
  return km / (Math.abs(b.time - a.time) / MS_PER_HOUR)
}

/** Time of `b` minus time of `a`, in seconds. NaN if an event is missing. */
export function secondsBetween(a: StoredEvent | undefined, b: StoredEvent | undefined): number {
  return a === undefined || b === undefined ? Number.NaN : (b.time - a.time) / 1000
}
