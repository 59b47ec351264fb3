import type {Fields} from '../../core/event/stored-event.js'
import type {EventTime} from '../../core/event/time.js'
import type {AddedFields, EventPlace, PersistedEvent} from '../../engine/port/state-store.js'
import {readFields, survivesJson, writableFields} from '../../engine/port/stored-text.js'
import {type EventShapes, fieldsOf} from './event-shapes.js'

/*
 * A key's history is one text of records, each a JSON array and a comma. Records are only ever added at its end, until
 * it is written anew. The first number of a record says what it is: the shape of an event, or one of those below.
 */

/** An event is gone. */
const REMOVAL = 0
/** An event without a shape, with all its fields. */
const WHOLE = -1
/** Fields that an event lacked. */
const ADDITION = -2

type EventRecord = [shape: number, time: EventTime, id: string, contentHash: number, ...values: unknown[]]
type RemovalRecord = [typeof REMOVAL, time: EventTime, id: string, stream: string]
type WholeRecord = [number, EventTime, id: string, contentHash: number, stream: string, Fields | string]

export function eventRecord(
  event: PersistedEvent,
  shapes: EventShapes,
  unsaved: Map<number, string>,
): string {
  const {stream, time, id, contentHash, fields} = event
  if (survivesJson(fields)) {
    const shape = shapes.numberOf(stream, fields, unsaved)
    if (shape !== undefined)
      return text([shape, time, id, contentHash, ...Object.values(fields)] satisfies EventRecord)
  }
  return wholeRecord(WHOLE, event)
}

export function additionRecord(added: AddedFields): string {
  return wholeRecord(ADDITION, added)
}

export function removalRecord({time, id, stream}: EventPlace): string {
  return text([REMOVAL, time, id, stream] satisfies RemovalRecord)
}

function wholeRecord(kind: number, {time, id, contentHash, stream, fields}: PersistedEvent): string {
  return text([kind, time, id, contentHash, stream, writableFields(fields)] satisfies WholeRecord)
}

function text(record: readonly unknown[]): string {
  return `${JSON.stringify(record)},`
}

/** What a history's text says. */
export interface HistoryReading {
  /** In the order of their times. */
  readonly events: readonly PersistedEvent[]
  /** How many records it is made of. */
  readonly records: number
}

/** Throws UnknownShapeError. */
export function readHistory(written: string, shapes: EventShapes): HistoryReading {
  const records = JSON.parse(`[${written.slice(0, -1)}]`) as (EventRecord | RemovalRecord | WholeRecord)[]
  const events = new Map<string, PersistedEvent>()
  let isInOrder = true
  let newest = Number.NEGATIVE_INFINITY
  for (const record of records) {
    const [kind, time] = record
    if (kind === REMOVAL) {
      const [, , id, stream] = record as RemovalRecord
      events.delete(placeText({stream, time, id}))
    } else if (kind === ADDITION) addFields(eventOf(record as WholeRecord), events)
    else {
      const event =
        kind === WHOLE ? eventOf(record as WholeRecord) : shapedEvent(record as EventRecord, shapes)
      events.set(placeText(event), event)
      isInOrder &&= time >= newest
      newest = time
    }
  }
  const list = [...events.values()]
  return {events: isInOrder ? list : list.sort((a, b) => a.time - b.time), records: records.length}
}

function shapedEvent(record: EventRecord, shapes: EventShapes): PersistedEvent {
  const [shape, time, id, contentHash, ...values] = record
  const {stream, names} = shapes.get(shape)
  return {stream, time, id, contentHash, fields: fieldsOf(names, values)}
}

function eventOf([, time, id, contentHash, stream, fields]: WholeRecord): PersistedEvent {
  return {stream, time, id, contentHash, fields: readFields(fields)}
}

/** What the event has stays. Another event under the same id is not meant. */
function addFields(added: PersistedEvent, events: Map<string, PersistedEvent>): void {
  const place = placeText(added)
  const event = events.get(place)
  if (event?.contentHash === added.contentHash)
    events.set(place, {...event, fields: {...added.fields, ...definedOnly(event.fields)}})
}

function definedOnly(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function placeText({stream, time, id}: EventPlace): string {
  return `${time} ${stream.length} ${stream}${id}`
}
