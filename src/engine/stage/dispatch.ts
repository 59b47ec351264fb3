import type {DecidedBatch} from '../operator/batch.js'
import type {Dispatch, HandedEvent} from '../port/parcel.js'
import {writableFields} from '../port/stored-text.js'

/** What a batch has for other partitions; undefined if there is nothing to tell. */
export function dispatchOf({partition, handedOver, findingsElsewhere}: DecidedBatch): Dispatch | undefined {
  const {shared, told: time} = partition
  const {exchange} = shared
  if (exchange === undefined || !shared.isExchanging) return undefined
  const tellsAll = exchange.tellsAll(time)
  if (handedOver.size + findingsElsewhere.length === 0 && !tellsAll) return undefined
  const {term, routing, newest: sentAt} = exchange
  return {
    term,
    time,
    events: [...handedOver].map(([{event, ingestedAt}, to]) => {
      const {stream, time: at, id, contentHash, fields} = event
      const handed: HandedEvent = {
        stream,
        time: at,
        id,
        contentHash,
        fields: writableFields(fields),
        ingestedAt,
      }
      return {to: [...to], event: handed}
    }),
    findings: findingsElsewhere.map((finding) => ({to: routing.of(finding.user), finding})),
    tells: tellsAll ? routing.partitions : 0,
    sentAt,
  }
}
