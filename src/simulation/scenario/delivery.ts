import type {EventTime, WallTime} from '../../core/event/time.js'
import type {SeededRandom} from '../seeded-random.js'
import {ArrivalQueue} from './arrival-queue.js'
import {brokenText, chooseBrokenKind} from './broken-line.js'
import type {ResolvedOptions} from './options.js'
import type {Planted} from './planted.js'
import {MINUTE_MS, SECOND_MS} from './span.js'
import type {EventLine, TrafficEvent, TrafficLine, TrafficStream} from './traffic-line.js'

/** Work is done in slices of this length: memory holds the lines of about one of them. */
export const SLICE_MS = 10 * MINUTE_MS

/** Longer than out-of-orderness (5 s) and allowed lateness (10 min) together, with room. */
const CERTAINLY_LATE_MS = 12 * MINUTE_MS
/** Before this, there may be no watermark yet that a line could be late against. */
const WARM_UP_MS = 20 * MINUTE_MS
/** Nothing is held back so near to the end that the stream could not overtake it any more. */
const LAST_HOLD_MS = 60 * MINUTE_MS

/**
 * The network between what happens and the log: gives every event its arrival, delays some, holds some back
 * until they are late, repeats some, and damages lines of its own.
 */
export class Delivery {
  private readonly queue: ArrivalQueue
  private held: EventLine[] = []
  private readonly newest = {transactions: 0, locations: 0, merchants: 0}
  private brokenLines = 0

  constructor(
    private readonly options: ResolvedOptions,
    private readonly planted: Planted,
    private readonly random: SeededRandom,
  ) {
    this.queue = new ArrivalQueue(options.start, SLICE_MS)
  }

  /** Nothing is left to deliver. */
  get isDone(): boolean {
    return this.queue.isEmpty && this.held.length === 0
  }

  /** At once and unharmed: what a stream begins with. */
  announce(stream: TrafficStream, event: TrafficEvent, time_ms: number): void {
    this.queue.add(arriving(stream, event, time_ms, this.options.start))
  }

  /** `isFraud`: part of a planted fraud, which must stay visible and so never comes late. */
  submit(stream: TrafficStream, event: TrafficEvent, time_ms: number, isFraud: boolean): void {
    const {options, planted, random} = this
    const chance = random.next()
    const canBeLate = !isFraud && stream !== 'merchants' && time_ms < options.end - LAST_HOLD_MS
    if (chance < options.late && canBeLate) {
      const delay = random.between(20 * MINUTE_MS, 90 * MINUTE_MS)
      this.held.push(arriving(stream, event, time_ms, time_ms + delay))
      return
    }
    const isDelayed = chance > 1 - options.outOfOrder
    if (isDelayed) planted.outOfOrder++
    const hurry = random.next()
    const delay = isDelayed ? random.between(2 * SECOND_MS, MINUTE_MS) : 30 + 1470 * hurry * hurry * hurry
    const line = arriving(stream, event, time_ms, time_ms + delay)
    this.queue.add(line)
    if (random.chance(options.duplicates)) this.repeat(line)
    if (random.chance(options.broken) && time_ms > options.start + WARM_UP_MS) this.damage(line.arrival)
  }

  /** The lines that arrive in this slice, in order. Slices are taken one after the other, from 0. */
  take(slice: number): readonly TrafficLine[] {
    this.releaseLate(slice)
    const lines = this.queue.take(slice)
    for (const line of lines) {
      if (line.kind === 'event' && line.time > this.newest[line.stream]) this.newest[line.stream] = line.time
    }
    return lines
  }

  /** Held lines go out when both clocks of the watermark have left them behind for certain. */
  private releaseLate(slice: number): void {
    const from = this.options.start + slice * SLICE_MS
    const progress = Math.min(this.newest.transactions, this.newest.locations)
    const isOver = from > this.options.end + 4 * LAST_HOLD_MS
    this.held = this.held.filter((line) => {
      if (line.arrival >= from + SLICE_MS) return true
      const isLate = progress - line.time > CERTAINLY_LATE_MS
      if (!isLate && !isOver) return true
      const arrival = this.random.between(Math.max(from, line.arrival), from + SLICE_MS)
      this.queue.add({...line, arrival: Math.floor(arrival) as WallTime})
      if (isLate) this.planted.late++
      else this.planted.outOfOrder++
      return false
    })
  }

  private repeat(line: EventLine): void {
    this.planted.duplicates++
    const arrival = line.arrival + this.random.between(SECOND_MS, 10 * MINUTE_MS)
    const event = respelled(line.event, line.time, this.random)
    this.queue.add(arriving(line.stream, event, line.time, arrival))
  }

  private damage(near_ms: number): void {
    const defect = chooseBrokenKind(this.random)
    const arrival = Math.floor(near_ms + this.random.between(0, SECOND_MS)) as WallTime
    const text = brokenText(defect, ++this.brokenLines, arrival, this.random)
    this.planted.broken[defect]++
    this.queue.add({kind: 'broken', defect, text, arrival})
  }
}

function arriving(
  stream: TrafficStream,
  event: TrafficEvent,
  time_ms: number,
  arrival_ms: number,
): EventLine {
  const time = time_ms as EventTime
  return {kind: 'event', stream, event, time, arrival: Math.floor(arrival_ms) as WallTime}
}

/** The same content as another sender would write it. */
function respelled(event: TrafficEvent, time_ms: number, random: SeededRandom): TrafficEvent {
  const spelling = random.below(3)
  if (spelling === 0) return event
  if (spelling === 1) return {...event, event_time: time_ms}
  return Object.fromEntries(Object.entries(event).reverse()) as unknown as TrafficEvent
}
