/** A kind of merchant and what people spend there. */
export interface SpendCategory {
  readonly name: string
  /** ISO 18245 merchant category code. */
  readonly mcc: string
  readonly online: boolean
  /** The amounts are log-normal. */
  readonly median_usd: number
  readonly sigma: number
  /** Share of purchases, relative to the others: most of the day, and at meal times. */
  readonly weight: number
  readonly mealWeight: number
  /** Merchants' usual risk, 0..1. */
  readonly risk: number
}

export const SPEND_CATEGORIES: readonly SpendCategory[] = [
  shop('grocery', '5411', 38, 0.6, 22, 14, 0.04),
  shop('restaurant', '5812', 26, 0.6, 4, 24, 0.08),
  shop('cafe', '5814', 9, 0.4, 11, 18, 0.05),
  shop('transit', '4111', 3.6, 0.2, 10, 5, 0.02),
  shop('fuel', '5541', 46, 0.3, 7, 4, 0.1),
  shop('pharmacy', '5912', 18, 0.6, 5, 4, 0.05),
  shop('clothing', '5651', 60, 0.7, 5, 3, 0.08),
  shop('home', '5200', 75, 0.8, 4, 2, 0.08),
  shop('electronics', '5732', 170, 0.8, 2, 1, 0.2),
  shop('jewelry', '5944', 220, 0.9, 0.4, 0.2, 0.3),
  web('web shop', '5964', 42, 0.8, 11, 8, 0.2),
  web('subscription', '5968', 13, 0.4, 4, 2, 0.1),
  web('games', '5816', 9, 0.7, 4, 2, 0.2),
  web('tickets', '7922', 70, 0.6, 1.5, 0.8, 0.15),
  web('betting', '7995', 30, 0.9, 0.8, 0.4, 0.5),
  web('quasi cash', '6051', 110, 0.9, 0.4, 0.2, 0.5),
]

/** Where cash comes from: its position in the city's merchants is beside the categories above. */
export const CASH_MACHINE: SpendCategory = shop('cash machine', '6011', 100, 0.5, 0, 0, 0.1)

export const HOTEL: SpendCategory = shop('hotel', '7011', 150, 0.45, 0, 0, 0.1)

function shop(
  name: string,
  mcc: string,
  median_usd: number,
  sigma: number,
  weight: number,
  mealWeight: number,
  risk: number,
): SpendCategory {
  return {name, mcc, online: false, median_usd, sigma, weight, mealWeight, risk}
}

function web(
  name: string,
  mcc: string,
  median_usd: number,
  sigma: number,
  weight: number,
  mealWeight: number,
  risk: number,
): SpendCategory {
  return {...shop(name, mcc, median_usd, sigma, weight, mealWeight, risk), online: true}
}
