import type {Finding} from '../../core/decision/finding.js'
import type {Fields} from '../../core/event/stored-event.js'
import type {EventTime, WallTime} from '../../core/event/time.js'

/*
 * What the partitions of an installation tell each other, where rules ask for histories by other keys than the user: a
 * partition hands its accepted events to those where their merchant, device and address live, and hears from there what
 * was found about its users' transactions.
 */

/** An accepted event on its way to the histories of its other keys. */
export interface HandedEvent {
  readonly stream: string
  readonly time: EventTime
  readonly id: string
  readonly contentHash: number
  /** As the sender's bundle keeps them (`writableFields`). */
  readonly fields: Fields | string
  /** When it entered Tripline. */
  readonly ingestedAt: WallTime
}

/** How far time is in a partition, as it tells the others; null: not begun. */
export interface ToldTime {
  /** What it accepts from now on is later. */
  readonly lateUpTo: EventTime | null
  /** Deadlines up to this event time are reached, as far as it is concerned. */
  readonly resolvedUpTo: EventTime | null
  /** What the rules of its keys found about anchors up to this event time never changes again. */
  readonly settledUpTo: EventTime | null
  /** When the newest record that it read had come. */
  readonly wall: WallTime | null
  /** Up to this wall time it is known that its inputs, all of them idle, brought nothing more; null: they did. */
  readonly silentUpTo: WallTime | null
}

/** Which of a partition's parcels it is: owners count up their terms, and the parcels of a term. */
export interface ParcelMark {
  readonly term: number
  /** Of the outbox entry that it is from. */
  readonly sequence: number
}

/** What one commit of a partition has for another one, its times included. May come more than once. */
export interface Parcel extends ParcelMark {
  readonly from: number
  readonly time: ToldTime
  readonly events: readonly HandedEvent[]
  readonly findings: readonly Finding[]
}

/** A parcel as it came. */
export interface ReceivedParcel {
  readonly parcel: Parcel
  /** When it was put on the log. */
  readonly arrivedAt: WallTime
}

/** What a partition heard last of another one. Plain data. */
export interface Heard extends ParcelMark {
  readonly time: ToldTime
}

/** How far an exchange got. Plain data: stored with each commit. */
export interface ExchangeProgress {
  readonly term: number
  /** By the number of the partition that told it. */
  readonly heard: {readonly [from: number]: Heard}
  /** What counted as settled and as reached in the stages by other keys. */
  readonly settledUpTo: EventTime | null
  readonly resolvedUpTo: EventTime | null
  readonly newest: WallTime | null
  /** Decisions up to this event time were final. */
  readonly finalUpTo: EventTime | null
  /** Whether anything was read of the partition's own inputs: its time begins with them. */
  readonly hasBegun: boolean
}

/** What an outbox entry has for other partitions. */
export interface Dispatch {
  readonly term: number
  readonly time: ToldTime
  readonly events: readonly {readonly to: readonly number[]; readonly event: HandedEvent}[]
  readonly findings: readonly {readonly to: number; readonly finding: Finding}[]
  /** Who is told at least the time: the partitions from 0 to this number (excluded). */
  readonly tells: number
  /** When the newest of what it follows from had come; null if that is not known. */
  readonly sentAt: WallTime | null
}

/** The partitions for which an outbox entry has a parcel. */
export function receiversOf({events, findings, tells}: Dispatch): ReadonlySet<number> {
  const receivers = new Set(Array.from({length: tells}, (_, to) => to))
  for (const {to} of events) for (const partition of to) receivers.add(partition)
  for (const {to} of findings) receivers.add(to)
  return receivers
}

/** The parcels of an outbox entry, by the partition that they are for. */
export function parcelsOf(
  from: number,
  sequence: number,
  {term, time, events, findings, tells}: Dispatch,
): ReadonlyMap<number, Parcel> {
  const parcels = new Map<number, Parcel & {events: HandedEvent[]; findings: Finding[]}>()
  const parcelFor = (to: number) => {
    let parcel = parcels.get(to)
    if (parcel === undefined) {
      parcel = {from, term, sequence, time, events: [], findings: []}
      parcels.set(to, parcel)
    }
    return parcel
  }
  for (const {to, event} of events) for (const partition of to) parcelFor(partition).events.push(event)
  for (const {to, finding} of findings) parcelFor(to).findings.push(finding)
  for (let to = 0; to < tells; to++) parcelFor(to)
  return parcels
}
