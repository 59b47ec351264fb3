export type Currency = 'USD' | 'EUR' | 'GBP'

export interface City {
  readonly name: string
  /** ISO 3166 alpha-2. */
  readonly country: string
  readonly currency: Currency
  readonly lat: number
  readonly lon: number
  /** Hours ahead of UTC, in winter. */
  readonly utcOffset_h: number
  /** Share of users who live here, relative to the others: roughly the population. */
  readonly weight: number
}

/** US dollars for one unit; the scenario's prices are set in dollars and charged in local money. */
export const USD_PER: Readonly<Record<Currency, number>> = {USD: 1, EUR: 1.08, GBP: 1.27}

export const CITIES: readonly City[] = [
  us('New York', 40.7128, -74.006, -5, 19),
  us('Los Angeles', 34.0522, -118.2437, -8, 12),
  us('Chicago', 41.8781, -87.6298, -6, 9),
  us('Houston', 29.7604, -95.3698, -6, 7),
  us('Miami', 25.7617, -80.1918, -5, 6),
  us('Atlanta', 33.749, -84.388, -5, 6),
  us('Phoenix', 33.4484, -112.074, -7, 5),
  us('Boston', 42.3601, -71.0589, -5, 5),
  us('San Francisco', 37.7749, -122.4194, -8, 5),
  us('Seattle', 47.6062, -122.3321, -8, 4),
  us('Denver', 39.7392, -104.9903, -7, 3),
  gb('London', 51.5074, -0.1278, 10),
  gb('Manchester', 53.4808, -2.2426, 3),
  gb('Edinburgh', 55.9533, -3.1883, 1),
  euro('Paris', 'FR', 48.8566, 2.3522, 1, 11),
  euro('Madrid', 'ES', 40.4168, -3.7038, 1, 7),
  euro('Barcelona', 'ES', 41.3874, 2.1686, 1, 6),
  euro('Berlin', 'DE', 52.52, 13.405, 1, 4),
  euro('Munich', 'DE', 48.1351, 11.582, 1, 3),
  euro('Rome', 'IT', 41.9028, 12.4964, 1, 4),
  euro('Milan', 'IT', 45.4642, 9.19, 1, 4),
  euro('Athens', 'GR', 37.9838, 23.7275, 2, 3),
  euro('Amsterdam', 'NL', 52.3676, 4.9041, 1, 3),
  euro('Vienna', 'AT', 48.2082, 16.3738, 1, 2),
  euro('Lisbon', 'PT', 38.7223, -9.1393, 0, 3),
  euro('Dublin', 'IE', 53.3498, -6.2603, 0, 2),
  euro('Helsinki', 'FI', 60.1699, 24.9384, 2, 1),
]

function us(name: string, lat: number, lon: number, utcOffset_h: number, weight: number): City {
  return {name, country: 'US', currency: 'USD', lat, lon, utcOffset_h, weight}
}

function gb(name: string, lat: number, lon: number, weight: number): City {
  return {name, country: 'GB', currency: 'GBP', lat, lon, utcOffset_h: 0, weight}
}

function euro(
  name: string,
  country: string,
  lat: number,
  lon: number,
  utcOffset_h: number,
  weight: number,
): City {
  return {name, country, currency: 'EUR', lat, lon, utcOffset_h, weight}
}
