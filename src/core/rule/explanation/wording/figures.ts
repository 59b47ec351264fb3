/*
 * Numbers and durations for people. A border is told exactly: rounded, it would promise what is not true.
 */

const DOLLARS = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 20,
})
const CENTS = new Intl.NumberFormat('en-US', {style: 'currency', currency: 'USD'})
const EXACT = new Intl.NumberFormat('en-US', {maximumFractionDigits: 20})
const EXACT_MONEY = new Intl.NumberFormat('en-US', {minimumFractionDigits: 2, maximumFractionDigits: 20})
const WHOLE = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0})
const SMALL = new Intl.NumberFormat('en-US', {maximumFractionDigits: 2})

/** `$5,000.00`, with further digits only where the cents do not say it. */
export function dollars(amount: number): string {
  return DOLLARS.format(amount)
}

/** `$5,000.00`, to the cent: what was found need not be told more exactly. */
export function aboutDollars(amount: number): string {
  return CENTS.format(amount)
}

/** `5,000.00` */
export function money(amount: number): string {
  return EXACT_MONEY.format(amount)
}

/** All digits that tell the number from others. */
export function exactly(value: number): string {
  return EXACT.format(value)
}

/** A measured value: two digits after the point for small numbers, else none. */
export function roughly(value: number): string {
  return (Math.abs(value) < 10 ? SMALL : WHOLE).format(value)
}

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
]

/** A duration to the millisecond: `1 hour 20 minutes`. */
export function durationExactly(ms: number): string {
  const parts: string[] = []
  let rest = Math.abs(ms)
  for (const [name, length] of UNITS) {
    const count = length === 1 ? rest : Math.floor(rest / length)
    rest -= count * length
    if (count > 0) parts.push(`${exactly(count)} ${name}${count === 1 ? '' : 's'}`)
  }
  const text = parts.length === 0 ? '0 seconds' : parts.join(' ')
  return ms < 0 ? `minus ${text}` : text
}
