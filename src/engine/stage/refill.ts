import type {Bundle} from '../../core/bundle/bundle.js'
import type {MissingFields} from '../../core/bundle/coverage.js'
import type {DecodedEvent} from '../../core/event/decode.js'
import type {EventTime} from '../../core/event/time.js'
import type {EventSource, InputRecord} from '../port/event-source.js'
import type {AddedFields, StateStore} from '../port/state-store.js'
import {decodeRecord} from './decode-record.js'
import type {Partition} from './partition.js'

/** What was read again from the log, and up to which offset (excluded). */
export interface Refilled {
  readonly upTo: number
  readonly fields: MissingFields
}

const NOTHING: MissingFields = new Map()

/**
 * Reads fields that a bundle asks for, and the histories lack, again from the log before an offset, and gives them to
 * the events in the store: from the newest to the oldest record that matters, piece by piece. What was `done` before is
 * not read a third time. Tells which fields are there now, and from when on: the log may not reach back far enough.
 */
export async function refill(
  partition: Partition,
  bundle: Bundle,
  missing: MissingFields,
  before: number,
  {source, store, done}: {source: EventSource; store: StateStore; done?: Refilled | undefined},
): Promise<Refilled> {
  if (missing.size === 0 || source.before === undefined) return {upTo: before, fields: NOTHING}
  const filler = new Filler(partition, bundle, missing)
  const stopAt = done !== undefined && includesAll(done.fields, missing) ? done.upTo : 0
  let oldest: InputRecord | undefined
  for await (const records of source.before(partition.number, before)) {
    const added = records.filter(({offset}) => offset >= stopAt).flatMap((record) => filler.fieldsOf(record))
    if (added.length > 0) await store.addFields(partition.number, added)
    oldest = records[0]
    if (oldest === undefined || oldest.offset <= stopAt) break
    if (records.every(({ingestedAt}) => filler.isTooOld(ingestedAt))) return {upTo: before, fields: missing}
  }
  const reached = oldest === undefined ? before : oldest.offset
  if (stopAt > 0 && reached <= stopAt) return {upTo: before, fields: done?.fields ?? NOTHING}
  if (reached === 0) return {upTo: before, fields: missing}
  return {upTo: before, fields: oldest === undefined ? NOTHING : filler.from(oldest)}
}

class Filler {
  private readonly decode: (record: InputRecord) => DecodedEvent | {readonly reason: string}
  private readonly maxFutureSkew: number
  /** No event is older that matters. */
  private readonly earliest: number

  constructor(
    private readonly partition: Partition,
    private readonly bundle: Bundle,
    private readonly missing: MissingFields,
  ) {
    this.decode = decodeRecord(bundle)
    this.maxFutureSkew = partition.bundle.settings.time.maxFutureSkew
    this.earliest = Math.min(...[...missing.values()].map(({from}) => from))
  }

  /** What a record has to add, to the history of its key and to those of further stages. */
  fieldsOf(record: InputRecord): readonly AddedFields[] {
    const wanted = record.stream === undefined ? undefined : this.missing.get(record.stream)
    if (wanted === undefined || this.isTooOld(record.ingestedAt)) return []
    const event = this.decode(record)
    if ('reason' in event || event.time < wanted.from) return []
    const {stream, time, id, contentHash, wire, key} = event
    const whole = this.bundle.projections.get(stream.name)?.(wire, undefined) ?? {}
    const fields = Object.fromEntries(wanted.fields.map((name) => [name, whole[name]]))
    const place = {stream: stream.name, time, id, contentHash, fields}
    return this.partition.stages.flatMap((stage) => {
      const own = stage.keyField === stream.keyField ? key : wire[stage.keyField]
      return typeof own === 'string' && own !== '' ? [{...place, key: stage.nameOf(own)}] : []
    })
  }

  /** Whether nothing matters that came so early: no event is much later than it came. */
  isTooOld(ingestedAt: number): boolean {
    return ingestedAt + this.maxFutureSkew < this.earliest
  }

  /** What is complete where the log begins with a record. */
  from({ingestedAt}: InputRecord): MissingFields {
    const first = (ingestedAt + this.maxFutureSkew) as EventTime
    return new Map(
      [...this.missing].map(([stream, {fields, from}]) => [
        stream,
        {fields, from: first > from ? first : from},
      ]),
    )
  }
}

function includesAll(done: MissingFields, missing: MissingFields): boolean {
  return [...missing].every(([stream, {fields}]) =>
    fields.every((field) => done.get(stream)?.fields.includes(field)),
  )
}
