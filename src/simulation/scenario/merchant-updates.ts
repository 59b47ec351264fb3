import {profileOf, usualRisk} from './merchant-table.js'
import {DAY_MS} from './span.js'
import type {World} from './world.js'

const UPDATES_PER_MERCHANT_AND_DAY = 0.02
const REVIEW_SHARE = 0.1
/** Profiles are older than the scenario, so that its first transactions find them. */
const KNOWN_SINCE_MS = 30 * DAY_MS

/** Every merchant's profile, before anything else happens. */
export function announceMerchants({merchants, delivery}: World, start_ms: number): void {
  const since = start_ms - KNOWN_SINCE_MS
  for (const merchant of merchants.all) delivery.announce('merchants', profileOf(merchant, since), since)
}

/** Some merchants are rated anew, or come under review and out of it, in [from_ms, from_ms + span_ms). */
export function updateMerchants(
  {merchants, delivery, random}: World,
  from_ms: number,
  span_ms: number,
): void {
  const expected = (merchants.all.length * UPDATES_PER_MERCHANT_AND_DAY * span_ms) / DAY_MS
  const updates = Math.floor(expected + random.next())
  for (let update = 0; update < updates; update++) {
    const merchant = random.pick(merchants.all)
    const time = from_ms + random.below(span_ms)
    if (merchant.plantedUntil >= from_ms) continue
    merchant.risk = usualRisk(merchant.category, random)
    merchant.status = random.chance(REVIEW_SHARE) ? 'under_review' : 'active'
    delivery.submit('merchants', profileOf(merchant, time), time, false)
  }
}
