import {compareEvents} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import type {KeyView} from './form.js'
import {placeIn, SequenceCandidates, sharesKey} from './sequence-candidates.js'
import type {SequenceFormParts, SequencePart} from './sequence-parts.js'

/** A key's history as a sequence with a certain anchor sees it. */
export class SequenceHistory {
  private readonly candidates: (SequenceCandidates | undefined)[] = []

  constructor(
    private readonly parts: SequenceFormParts,
    /** Ranks of all streams of the rule. */
    private readonly ranks: readonly number[],
    private readonly anchor: StoredEvent,
    private readonly view: KeyView,
  ) {}

  /** Whether older events would have been looked at, but for the cap. */
  get isCutShort(): boolean {
    return this.candidates.some((candidates) => candidates?.isCutShort === true)
  }

  candidatesOf(part: SequencePart): SequenceCandidates {
    const known = this.candidates[part.slot]
    if (known !== undefined) return known
    const candidates = new SequenceCandidates(part, this.anchor, this.parts, this.view)
    this.candidates[part.slot] = candidates
    return candidates
  }

  /** Whether no event of the rule's streams lies between two events. */
  isNext(before: StoredEvent, after: StoredEvent): boolean {
    return this.ranks.every((rank) => {
      const series = this.view.history.series(rank)
      if (series === undefined) return true
      for (let i = placeIn(series, rank, after) - 1; i >= 0; i--) {
        const event = series.events[i] as StoredEvent
        if (compareEvents(event, before) <= 0) return true
        if (sharesKey(event, this.anchor, this.parts)) return false
      }
      return true
    })
  }

  /** Whether `test` is true for an event of a stream after the anchor, up to and including a time. */
  someAfter(rank: number, upTo: EventTime, test: (event: StoredEvent) => boolean): boolean {
    const {anchor, parts} = this
    const series = this.view.history.series(rank)
    if (series === undefined) return false
    const from = placeIn(series, rank, anchor) + (rank === anchor.rank ? 1 : 0)
    for (let i = from; i < series.events.length && series.timeAt(i) <= upTo; i++) {
      const event = series.events[i] as StoredEvent
      if (sharesKey(event, anchor, parts) && test(event)) return true
    }
    return false
  }
}
