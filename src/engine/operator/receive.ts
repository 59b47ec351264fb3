import {map, type OperatorFunction} from 'rxjs'
import type {WallTime} from '../../core/event/time.js'
import {BEGINNING_OF_TIME, END_OF_TIME} from '../../core/event/time.js'
import type {HandedEvent} from '../port/parcel.js'
import {readFields} from '../port/stored-text.js'
import type {Partition} from '../stage/partition.js'
import {restoreEvent} from '../stage/restore.js'
import type {ReadProfile} from '../stage/shared-state.js'
import type {AcceptedEvent, DecodedBatch, ReceivedBatch} from './batch.js'

/**
 * Unpacks what other partitions sent. Events may come again: their histories know them. What was found is not listened to
 * twice, and not where a later owner of its sender has spoken: the last word counts.
 */
export function receive(): OperatorFunction<DecodedBatch, ReceivedBatch> {
  return map((batch) => {
    const {partition, input} = batch
    const {exchange} = partition.shared
    const parcels = exchange === undefined ? [] : (input.parcels ?? [])
    const news = parcels.filter(({parcel}) => exchange?.isNews(parcel))
    if (exchange !== undefined) exchange.newest = newestArrival(batch, exchange.newest)
    return {
      ...batch,
      handed: parcels.flatMap(({parcel}) => parcel.events.map((event) => unpack(event, partition))),
      findings: [...news.flatMap(({parcel}) => parcel.findings), ...partition.inbox.findings.splice(0)],
      profiles: partition.inbox.profiles.splice(0).map((profile) => asRead(profile, partition)),
      // Within a process, what is found comes before it is final.
      finalBefore: exchange === undefined ? BEGINNING_OF_TIME : partition.finalUpTo,
      told: news.map(({parcel}) => parcel),
    }
  })
}

/** A profile that another partition of the process read, as if this one had read it now. */
function asRead(profile: ReadProfile, {lateUpTo, resolvedUpTo}: Partition): AcceptedEvent {
  return {...profile, state: undefined, settledUpTo: lateUpTo, resolvedUpTo}
}

function unpack({ingestedAt, ...event}: HandedEvent, {bundle}: Partition): AcceptedEvent {
  return {
    event: restoreEvent({...event, fields: readFields(event.fields)}, bundle),
    state: undefined,
    ingestedAt,
    traceparent: undefined,
    // The stages by other keys have a time of their own.
    settledUpTo: END_OF_TIME,
    resolvedUpTo: END_OF_TIME,
  }
}

function newestArrival({input}: DecodedBatch, before: WallTime | null): WallTime | null {
  let newest: number = before ?? Number.NEGATIVE_INFINITY
  for (const {ingestedAt} of input.records) newest = Math.max(newest, ingestedAt)
  for (const {arrivedAt} of input.parcels ?? []) newest = Math.max(newest, arrivedAt)
  return Number.isFinite(newest) ? (newest as WallTime) : null
}
