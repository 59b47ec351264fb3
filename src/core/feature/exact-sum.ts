/*
 * Sums that do not drift: a sum is a pair of doubles, high + low, which together hold 106 bits. Of amounts in cents, and
 * of whatever has no more than that between its largest sum and its last digit, nothing is ever rounded: so the
 * order in which values came or went does not matter. (Dekker 1971, Knuth 4.2.2)
 */

/** What the last operation left. */
export const result = {high: 0, low: 0}

const SPLITTER = 2 ** 27 + 1

/** (high, low) + value */
export function addTo(high: number, low: number, value: number): void {
  const sum = high + value
  const part = sum - high
  const error = high - (sum - part) + (value - part) + low
  result.high = sum + error
  result.low = error - (result.high - sum)
}

/** (aHigh, aLow) − (bHigh, bLow) */
export function subtract(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  const difference = aHigh - bHigh
  const part = difference - aHigh
  const error = aHigh - (difference - part) - (bHigh + part)
  const low = aLow - bLow
  const lowPart = low - aLow
  const lowError = aLow - (low - lowPart) - (bLow + lowPart)
  addTo(difference, 0, error)
  addTo(result.high, result.low, low)
  addTo(result.high, result.low, lowError)
}

/** (high, low) + value² */
export function addSquareTo(high: number, low: number, value: number): void {
  const square = value * value
  addTo(high, low, square)
  addTo(result.high, result.low, squareError(value, square))
}

/** The population's standard deviation of `count` values with this sum and sum of squares. */
export function standardDeviation(
  count: number,
  sumHigh: number,
  sumLow: number,
  squaresHigh: number,
  squaresLow: number,
): number {
  // n Σx² − (Σx)², in pairs, as the two may be nearly equal.
  const squareOfSum = sumHigh * sumHigh
  const error = squareError(sumHigh, squareOfSum) + 2 * sumHigh * sumLow
  const product = squaresHigh * count
  const productError = productErrorOf(squaresHigh, count, product) + squaresLow * count
  subtract(product, 0, squareOfSum, 0)
  const spread = result.high + (result.low + (productError - error))
  // Less than what the pairs can tell from nothing.
  if (!(spread > product * 2 ** -96)) return 0
  return Math.sqrt(spread) / count
}

/** What value² lost when it was rounded to `square`. */
function squareError(value: number, square: number): number {
  return productErrorOf(value, value, square)
}

function productErrorOf(a: number, b: number, product: number): number {
  const aHigh = SPLITTER * a - (SPLITTER * a - a)
  const aLow = a - aHigh
  const bHigh = SPLITTER * b - (SPLITTER * b - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}
