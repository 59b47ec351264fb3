import type {EventTime} from './time.js'

/** What a currency was worth from a time on. */
export interface Rate {
  readonly from: EventTime
  /** US dollars per unit. */
  readonly rate: number
}

/** Rates by ISO 4217 code, each sorted by `from`. */
export type Rates = ReadonlyMap<string, readonly Rate[]>

/** US dollars per unit of a currency at an event time; `undefined` for an unknown currency. The dollar itself is 1. */
export function usdPer(rates: Rates, currency: string, time: EventTime): number | undefined {
  const known = rates.get(currency)
  if (known === undefined) return currency === 'USD' ? 1 : undefined
  for (let i = known.length - 1; i >= 0; i--) {
    const rate = known[i] as Rate
    if (rate.from <= time) return rate.rate
  }
  return undefined
}
