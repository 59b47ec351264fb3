import type {SeededRandom} from '../seeded-random.js'

/** Degrees. */
export interface Position {
  readonly lat: number
  readonly lon: number
}

const EARTH_RADIUS_KM = 6371.0088
const KM_PER_DEGREE = (EARTH_RADIUS_KM * Math.PI) / 180
const KM_PER_MILE = 1.609344
const RADIANS = Math.PI / 180

/** Great circle, haversine. */
export function distanceKm(a: Position, b: Position): number {
  const halfLat = Math.sin(((b.lat - a.lat) * RADIANS) / 2)
  const halfLon = Math.sin(((b.lon - a.lon) * RADIANS) / 2)
  const h = halfLat * halfLat + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * halfLon * halfLon
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)))
}

export function distanceMiles(a: Position, b: Position): number {
  return distanceKm(a, b) / KM_PER_MILE
}

/** A place around `centre`, `spread_km` away on each axis as a standard deviation, to about a metre. */
export function scatter(centre: Position, spread_km: number, random: SeededRandom): Position {
  const lat = centre.lat + (random.normal() * spread_km) / KM_PER_DEGREE
  const lon = centre.lon + (random.normal() * spread_km) / (KM_PER_DEGREE * Math.cos(centre.lat * RADIANS))
  return {lat: rounded(lat), lon: rounded(lon)}
}

/** To 5 decimals, about a metre. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5
}
