import type {EventTime} from '../../core/event/time.js'
import type {PersistedVisit} from '../port/state-store.js'

/** The unsettled transactions at each merchant, so that a new version of a profile finds the keys it concerns. */
export class MerchantVisits {
  private readonly byMerchant = new Map<string, PersistedVisit[]>()

  add(visit: PersistedVisit): void {
    const visits = this.byMerchant.get(visit.merchant)
    if (visits === undefined) this.byMerchant.set(visit.merchant, [visit])
    else visits.push(visit)
  }

  /** The visits with `from` ≤ event time < `to`. */
  between(merchant: string, from: EventTime, to: EventTime): readonly PersistedVisit[] {
    return (this.byMerchant.get(merchant) ?? []).filter(({time}) => time >= from && time < to)
  }

  /** All visits with event time ≥ `from`, whatever the end. */
  keysSince(merchant: string, from: EventTime): readonly string[] {
    return (this.byMerchant.get(merchant) ?? []).filter(({time}) => time >= from).map(({key}) => key)
  }

  /** Forgets visits up to a time. */
  forget(upTo: EventTime): void {
    for (const [merchant, visits] of this.byMerchant) {
      const kept = visits.filter(({time}) => time > upTo)
      if (kept.length === 0) this.byMerchant.delete(merchant)
      else if (kept.length < visits.length) this.byMerchant.set(merchant, kept)
    }
  }
}
