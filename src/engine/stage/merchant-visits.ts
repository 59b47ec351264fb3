import {BEGINNING_OF_TIME, type EventTime} from '../../core/event/time.js'
import type {PersistedVisit} from '../port/state-store.js'

/** Settled visits are cleared away when so many have gathered at the front. */
const CLEAR_EVERY = 10_000

/** The unsettled transactions at each merchant, so that a new version of a profile finds the keys it concerns. */
export class MerchantVisits {
  private readonly byMerchant = new Map<string, PersistedVisit[]>()
  /** All visits in the order they came, which is nearly that of event time. */
  private inOrder: PersistedVisit[] = []
  private settled = 0
  private settledUpTo = BEGINNING_OF_TIME

  add(visit: PersistedVisit): void {
    this.inOrder.push(visit)
    const visits = this.byMerchant.get(visit.merchant)
    if (visits === undefined) this.byMerchant.set(visit.merchant, [visit])
    else visits.push(visit)
  }

  /** The unsettled visits with `from` ≤ event time < `to`. */
  between(merchant: string, from: EventTime, to: EventTime): readonly PersistedVisit[] {
    return this.since(merchant, from).filter(({time}) => time < to)
  }

  /** The keys of unsettled visits with event time ≥ `from`. */
  keysSince(merchant: string, from: EventTime): readonly string[] {
    return this.since(merchant, from).map(({key}) => key)
  }

  /** Settles visits up to a time. They are cleared away later, when there are many. */
  forget(upTo: EventTime): void {
    const {inOrder} = this
    this.settledUpTo = upTo
    while (this.settled < inOrder.length && (inOrder[this.settled] as PersistedVisit).time <= upTo)
      this.settled++
    if (this.settled < CLEAR_EVERY) return
    for (const {merchant} of inOrder.slice(0, this.settled)) this.clear(merchant, upTo)
    this.inOrder = inOrder.slice(this.settled)
    this.settled = 0
  }

  /** The keys are no more. */
  drop(keys: ReadonlySet<string>): void {
    const stays = ({key}: PersistedVisit) => !keys.has(key)
    const {inOrder, settled} = this
    this.settled = inOrder.slice(0, settled).filter(stays).length
    this.inOrder = inOrder.filter(stays)
    for (const [merchant, visits] of this.byMerchant) this.byMerchant.set(merchant, visits.filter(stays))
  }

  private since(merchant: string, from: EventTime): readonly PersistedVisit[] {
    const {settledUpTo} = this
    return (this.byMerchant.get(merchant) ?? []).filter(({time}) => time >= from && time > settledUpTo)
  }

  private clear(merchant: string, upTo: EventTime): void {
    const visits = this.byMerchant.get(merchant)
    const [first] = visits ?? []
    if (visits === undefined || (first !== undefined && first.time > upTo)) return
    const kept = visits.filter(({time}) => time > upTo)
    if (kept.length === 0) this.byMerchant.delete(merchant)
    else this.byMerchant.set(merchant, kept)
  }
}
