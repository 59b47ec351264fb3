import {cumulate, type SeededRandom} from '../seeded-random.js'
import {CITIES, type City, type Currency} from './city.js'
import {type Position, scatter} from './position.js'
import {CASH_MACHINE, HOTEL, SPEND_CATEGORIES, type SpendCategory} from './spend-category.js'
import {timeText} from './time-text.js'
import type {MerchantEvent} from './traffic-line.js'

/** The rest stays, `risk` and `status` change over time. */
export interface Merchant {
  /** Its place in `MerchantTable.all`. */
  readonly index: number
  readonly id: string
  readonly name: string
  readonly category: SpendCategory
  readonly country: string
  readonly currency: Currency
  readonly position: Position
  risk: number
  status: 'active' | 'under_review' | 'compromised'
  /** Until then its profile is part of a planted fraud and changes for no other reason; event time, ms. */
  plantedUntil: number
}

const ONLINE_PER_CATEGORY = 14
const MEAL_HOURS: readonly (readonly [number, number])[] = [
  [11.5, 14],
  [18, 21],
]
const SPENDING = cumulate(SPEND_CATEGORIES.map(({weight}) => weight))
const MEALS = cumulate(SPEND_CATEGORIES.map(({mealWeight}) => mealWeight))
const ONLINE_HOMES = CITIES.filter(({name}) => ['San Francisco', 'London', 'Dublin', 'Berlin'].includes(name))

/** Every merchant of a scenario: shops by city, web shops for all. Popularity falls with the place in a list. */
export class MerchantTable {
  readonly all: Merchant[] = []
  private readonly local: readonly ReadonlyMap<SpendCategory, readonly Merchant[]>[]
  private readonly online: ReadonlyMap<SpendCategory, readonly Merchant[]>

  constructor(users: number, random: SeededRandom) {
    const weights = CITIES.reduce((sum, {weight}) => sum + weight, 0)
    const local = [...SPEND_CATEGORIES.filter(({online}) => !online), CASH_MACHINE, HOTEL]
    this.local = CITIES.map((city) => {
      const inCity = Math.round((users * city.weight) / weights / 100)
      return this.open(local, () => city, Math.min(40, Math.max(2, inCity)), random)
    })
    const online = SPEND_CATEGORIES.filter(({online}) => online)
    this.online = this.open(online, () => random.pick(ONLINE_HOMES), ONLINE_PER_CATEGORY, random)
  }

  /** Where someone in a city buys next, online or around the corner. */
  choose(city: number, hour: number, random: SeededRandom): Merchant {
    const isMeal = MEAL_HOURS.some(([from, to]) => hour >= from && hour < to)
    const category = SPEND_CATEGORIES[random.weighted(isMeal ? MEALS : SPENDING)] as SpendCategory
    return this.popular(category, city, random)
  }

  /** A merchant of this category by popularity; the city counts for shops only. */
  popular(category: SpendCategory, city: number, random: SeededRandom): Merchant {
    const merchants = (category.online ? this.online : this.local[city])?.get(category)
    if (merchants === undefined) throw new Error(`no ${category.name} in city ${city}`)
    return merchants[random.zipf(merchants.length)] as Merchant
  }

  /** All web merchants of a category named so. */
  onlineNamed(name: string): readonly Merchant[] {
    for (const [category, merchants] of this.online) if (category.name === name) return merchants
    throw new Error(`no online category ${name}`)
  }

  private open(
    categories: readonly SpendCategory[],
    chooseCity: () => City,
    perCategory: number,
    random: SeededRandom,
  ): ReadonlyMap<SpendCategory, readonly Merchant[]> {
    return new Map(
      categories.map((category) => {
        const merchants = Array.from({length: perCategory}, (_, number) => {
          return this.add(category, chooseCity(), number + 1, random)
        })
        return [category, merchants]
      }),
    )
  }

  private add(category: SpendCategory, city: City, number: number, random: SeededRandom): Merchant {
    const merchant: Merchant = {
      index: this.all.length,
      id: `m${this.all.length + 1}`,
      name: `${city.name} ${category.name} ${number}`,
      category,
      country: city.country,
      currency: city.currency,
      position: scatter(city, 4, random),
      risk: usualRisk(category, random),
      status: 'active',
      plantedUntil: 0,
    }
    this.all.push(merchant)
    return merchant
  }
}

/** What a merchant of this category is rated at when nothing is wrong: well below 0.9. */
export function usualRisk(category: SpendCategory, random: SeededRandom): number {
  return Math.round(100 * Math.min(0.7, category.risk * random.between(0.5, 1.5))) / 100
}

/** The merchant's profile as it is now, valid from `from_ms`. */
export function profileOf(merchant: Merchant, from_ms: number): MerchantEvent {
  return {
    merchant_id: merchant.id,
    event_time: timeText(from_ms),
    name: merchant.name,
    mcc: merchant.category.mcc,
    country: merchant.country,
    lat: merchant.position.lat,
    lon: merchant.position.lon,
    risk: merchant.risk,
    status: merchant.status,
  }
}
