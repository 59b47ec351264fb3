import {describe, expect, it} from 'vitest'
import {ERROR, TRUE} from '../../../../src/core/expression/evaluation.js'
import {
  distanceMiles,
  EARTH_RADIUS_KM,
  haversineKm,
  secondsBetween,
  speedKmh,
} from '../../../../src/core/expression/geography.js'
import {compiled, evaluation, event, faultsOf, NOON, scope} from './sample-scope.js'

const NEW_YORK = {lat: 40.71, lon: -74}
const LONDON = {lat: 51.5, lon: -0.12}
const HOUR_MS = 3_600_000

describe('haversine', () => {
  it('gives a degree on the equator as R × π / 180', () => {
    expect(haversineKm(0, 0, 0, 1)).toBeCloseTo((EARTH_RADIUS_KM * Math.PI) / 180, 9)
  })

  it('gives half the circumference for antipodes', () => {
    expect(haversineKm(90, 0, -90, 0)).toBeCloseTo(EARTH_RADIUS_KM * Math.PI, 6)
    expect(haversineKm(12.3, 45.6, -12.3, -134.4)).toBeCloseTo(EARTH_RADIUS_KM * Math.PI, 3)
  })

  it('takes the short way over the date line', () => {
    expect(haversineKm(0, 179.5, 0, -179.5)).toBeCloseTo(haversineKm(0, 0, 0, 1), 6)
  })

  it('is 0 from a place to itself', () => {
    expect(haversineKm(40.71, -74, 40.71, -74)).toBe(0)
  })
})

describe('functions of two events', () => {
  const from = event(NEW_YORK, NOON)
  const to = event(LONDON, NOON + HOUR_MS / 2)
  const both = evaluation({bound: [from, to], location: to})

  it('measure miles of 1609.344 m', () => {
    expect(distanceMiles(from, to) * 1.609344).toBeCloseTo(haversineKm(40.71, -74, 51.5, -0.12), 9)
    expect(compiled('distance_miles(tx, other) > 3460 && distance_miles(tx, other) < 3470').test(both)).toBe(
      TRUE,
    )
    expect(compiled('distance_km(tx, location) == distance_km(location, tx)').test(both)).toBe(TRUE)
  })

  it('give b minus a in seconds', () => {
    expect(secondsBetween(from, to)).toBe(1800)
    expect(compiled('seconds_between(tx, other) == 1800').test(both)).toBe(TRUE)
    expect(compiled('seconds_between(other, tx) == -1800').test(both)).toBe(TRUE)
    expect(compiled('seconds_between(tx, location) == 1800').test(both)).toBe(TRUE)
  })

  it('give the speed whichever event is earlier', () => {
    expect(speedKmh(from, to)).toBeCloseTo(haversineKm(40.71, -74, 51.5, -0.12) * 2, 9)
    expect(speedKmh(to, from)).toBeCloseTo(speedKmh(from, to), 9)
  })

  it('give speed 0 for no distance in no time, and infinity for some', () => {
    expect(speedKmh(from, from)).toBe(0)
    expect(speedKmh(from, event(LONDON, NOON))).toBe(Number.POSITIVE_INFINITY)
    const instant = evaluation({bound: [from, event(LONDON, NOON)]})
    expect(compiled('speed_kmh(tx, other) > 900').test(instant)).toBe(TRUE)
  })

  it('are errors without a position', () => {
    for (const fields of [{}, {lat: 1}, {lon: 1}, {lat: null, lon: 1}, {lat: '1', lon: '2'}]) {
      const incomplete = evaluation({bound: [event(fields), to]})
      expect(compiled('distance_km(tx, other) >= 0').test(incomplete)).toBe(ERROR)
      expect(compiled('speed_kmh(tx, other) >= 0').test(incomplete)).toBe(ERROR)
      expect(compiled('seconds_between(tx, other) > 0').test(incomplete)).toBe(TRUE)
    }
  })

  it.each([
    ['distance_km(tx, tx.amount) > 1', 'takes the names of events'],
    ['distance_km(tx) > 1', 'takes two events'],
    ['distance_km(tx, oter) > 1', 'the name oter is not known here'],
    ['seconds_between(tx, merchant) > 1', 'no time of its own'],
  ])('refuse %s', (text, message) => {
    expect(faultsOf(text)[0]?.message).toContain(message)
  })

  it('refuse a join that is not available, with the reason', () => {
    const noLocation = scope({location: {unavailable: 'the rule is keyed by merchant_id'}})
    expect(faultsOf('distance_km(tx, location) > 1', noLocation)[0]?.message).toContain(
      'keyed by merchant_id',
    )
    expect(faultsOf('has(location.lat)', noLocation)[0]?.message).toContain('keyed by merchant_id')
  })
})
