import fc from 'fast-check'
import type {KeyName, StreamName} from '../shapes.js'
import {type Scale, spelledUnits} from './scale.js'

/** A stream that has the key's field; the user's most often transactions. */
export function streamOf(key: KeyName): fc.Arbitrary<StreamName> {
  return key === 'user_id'
    ? fc.constantFrom<StreamName>('transactions', 'transactions', 'locations', 'locations', 'feedback')
    : fc.constant('transactions')
}

export function span(scale: Scale): fc.Arbitrary<string> {
  return fc.integer({min: 1, max: 5}).map((units) => spelledUnits(scale, units))
}

/** Adds `when` or leaves it out. */
export function withWhen<T extends object>(
  base: T,
  condition: fc.Arbitrary<string>,
): fc.Arbitrary<T & {readonly when?: string}> {
  return fc
    .option(condition, {freq: 2, nil: undefined})
    .map((when) => (when === undefined ? base : {...base, when}))
}

/** Undefined three times out of four: guards that stand everywhere leave nothing to match. */
export function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({arbitrary: fc.constant(undefined), weight: 3}, {arbitrary, weight: 1})
}
