import type {Horizon} from '../../core/decision/rule-evaluator.js'
import {BEGINNING_OF_TIME, type EventTime, type WallTime} from '../../core/event/time.js'
import {isSilent, type PartitionTime, type TimeSettings} from '../../core/watermark/watermark.js'
import type {ExchangeProgress, Heard, Parcel, ToldTime} from '../port/parcel.js'

/** Where keys live: which of an installation's partitions holds the histories of a merchant, device or address, and a user's. */
export interface Routing {
  readonly partitions: number
  of(key: string): number
}

/** So far (ms) time has to go on before all partitions are told, those for which there is nothing else included. */
const TELL_EVERY_MS = 1_000

/** Who stays silent says so again after so long (ms) of wall time. */
const TELL_SILENCE_EVERY_MS = 10_000

/** Whoever did not say so for this long (ms), though others went on, may have fallen out: its time counts again. */
const SILENCE_HOLDS_MS = 2 * TELL_SILENCE_EVERY_MS

/**
 * A partition's part in an installation of several: where keys live, and how far time is in the others. The stages by
 * other keys than the user take their events from all partitions, so their time is that of the slowest, itself included,
 * that is not known to be silent.
 */
export class Exchange {
  /** Of this owner: higher than that of every owner before, by the clock, also where the store was set back. */
  readonly term: number
  /** When the newest record came of which something followed; null before the first. */
  newest: WallTime | null
  /** Decisions up to this event time are final here, and stay so. */
  finalUpTo: EventTime
  /** Up to when this partition's own inputs are known to be silent; null while they are not. */
  silentUpTo: WallTime | null = null
  private readonly heard: Map<number, Heard>
  /** Of those whose time counts; undefined where it has to be found out anew. */
  private activeTimes: readonly ToldTime[] | undefined
  private allSettled: EventTime | undefined
  /** What all partitions were told last, by this owner. */
  private told: ToldTime | undefined

  constructor(
    readonly self: number,
    readonly routing: Routing,
    stored: ExchangeProgress | undefined,
    openedAt: WallTime,
  ) {
    this.term = Math.max(openedAt, (stored?.term ?? 0) + 1)
    this.newest = stored?.newest ?? null
    this.finalUpTo = stored?.finalUpTo ?? BEGINNING_OF_TIME
    this.heard = new Map(
      Object.entries(stored?.heard ?? {}).map(([from, heard]) => [Number(from), heard] as const),
    )
  }

  /** Whether the histories of a key are this partition's. */
  hosts(key: string): boolean {
    return this.routing.of(key) === this.self
  }

  /**
   * Whether a parcel is later than all that came from its sender before; takes note of it. What an owner sends who has been
   * replaced, or sends again, may come at any time.
   */
  isNews({from, term, sequence}: Parcel): boolean {
    const last = this.heard.get(from)
    const isNew = last === undefined || term > last.term || (term === last.term && sequence > last.sequence)
    if (isNew) this.heard.set(from, {term, sequence, time: last?.time ?? NO_TIME})
    return isNew
  }

  /** Takes note of the times in a parcel that was news: what it holds must have been taken in. */
  hear({from, time}: Parcel): void {
    const heard = this.heard.get(from)
    if (heard === undefined) return
    const before = heard.time
    this.activeTimes = undefined
    this.allSettled = undefined
    this.heard.set(from, {
      ...heard,
      time: {
        lateUpTo: later(before.lateUpTo, time.lateUpTo),
        resolvedUpTo: later(before.resolvedUpTo, time.resolvedUpTo),
        // Not the latest: an owner that built its state anew finds again, on the way, what was settled.
        settledUpTo: time.settledUpTo,
        wall: later(before.wall, time.wall),
        silentUpTo: time.silentUpTo,
      },
    })
  }

  /** Notes what a poll of the partition's own inputs brought: where that is nothing, they may be silent. */
  observe(
    records: number,
    time: PartitionTime | undefined,
    polledAt: WallTime,
    settings: TimeSettings,
  ): void {
    if (records > 0) this.silentUpTo = null
    else if (Number.isFinite(polledAt) && (time === undefined || isSilent(time, polledAt, settings)))
      this.silentUpTo = later(this.silentUpTo, polledAt)
  }

  /** No event comes any more that is not later than this. */
  get lateUpTo(): EventTime {
    return slowest(this.active, ({lateUpTo}) => lateUpTo)
  }

  /** Deadlines up to this event time are reached everywhere. */
  get resolvedUpTo(): EventTime {
    return slowest(this.active, ({resolvedUpTo}) => resolvedUpTo)
  }

  /** What rules by other keys found about anchors up to this event time has come, and never changes again. */
  get settledUpTo(): EventTime {
    this.allSettled ??= slowest(this.all, ({settledUpTo}) => settledUpTo)
    return this.allSettled
  }

  /**
   * Whether all partitions are to be told the time, those for which there is nothing else included: when it went on by a
   * while, or silence began or ended. Takes it that they are.
   */
  tellsAll(now: ToldTime): boolean {
    const {told} = this
    // Nothing was read, and nothing is known to be silent: there is nothing to tell yet.
    if (now.wall === null && now.silentUpTo === null) return false
    const isDue =
      told === undefined ||
      (told.silentUpTo === null) !== (now.silentUpTo === null) ||
      since(told.silentUpTo, now.silentUpTo) >= TELL_SILENCE_EVERY_MS ||
      since(told.lateUpTo, now.lateUpTo) >= TELL_EVERY_MS ||
      since(told.settledUpTo, now.settledUpTo) >= TELL_EVERY_MS ||
      (now.silentUpTo === null && since(told.resolvedUpTo, now.resolvedUpTo) >= TELL_EVERY_MS)
    if (isDue) this.told = now
    return isDue
  }

  /** To be stored with a commit. `committed`: how far time was in the stages by other keys. */
  progress(committed: Horizon, hasBegun: boolean): ExchangeProgress {
    return {
      term: this.term,
      heard: Object.fromEntries(this.heard),
      settledUpTo: finiteOrNull(committed.settledUpTo),
      resolvedUpTo: finiteOrNull(committed.resolvedUpTo),
      newest: this.newest,
      finalUpTo: finiteOrNull(this.finalUpTo),
      hasBegun,
    }
  }

  private get all(): readonly ToldTime[] {
    return Array.from({length: this.routing.partitions}, (_, from) => this.heard.get(from)?.time ?? NO_TIME)
  }

  /** Not those that are silent for sure while others go on. One that is only slow, or stands still, counts. */
  private get active(): readonly ToldTime[] {
    if (this.activeTimes !== undefined) return this.activeTimes
    const {all} = this
    const newest = all.reduce((wall, time) => Math.max(wall, time.wall ?? wall), Number.NEGATIVE_INFINITY)
    const active = all.filter(({silentUpTo}) => silentUpTo === null || silentUpTo < newest - SILENCE_HOLDS_MS)
    this.activeTimes = active.length === 0 ? all : active
    return this.activeTimes
  }
}

/** Of a partition that was not heard of. */
const NO_TIME: ToldTime = {
  lateUpTo: null,
  resolvedUpTo: null,
  settledUpTo: null,
  wall: null,
  silentUpTo: null,
}

function slowest(times: readonly ToldTime[], of: (time: ToldTime) => EventTime | null): EventTime {
  let time = Number.POSITIVE_INFINITY
  for (const told of times) time = Math.min(time, of(told) ?? BEGINNING_OF_TIME)
  return time as EventTime
}

function later<T extends number>(before: T | null, now: T | null): T | null {
  return before === null || (now !== null && now > before) ? now : before
}

function since(before: number | null, now: number | null): number {
  if (now === null) return 0
  return before === null ? Number.POSITIVE_INFINITY : now - before
}

function finiteOrNull(time: EventTime): EventTime | null {
  return Number.isFinite(time) ? time : null
}
