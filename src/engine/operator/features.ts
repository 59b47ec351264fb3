import {map, type OperatorFunction} from 'rxjs'
import {TRANSACTIONS} from '../../core/event/stream.js'
import {Featuring} from '../stage/featuring.js'
import type {AcceptedEvent, AdmittedBatch, FeaturedBatch} from './batch.js'

/**
 * Makes room for the features of the batch's transactions: what the model is served, and what the feature log keeps. They
 * are worked out event by event, as the events enter the histories (`matchRules`), so that neither rules nor
 * features know of an event before its turn.
 */
export function features(): OperatorFunction<AdmittedBatch, FeaturedBatch> {
  return map((batch) => {
    const {partition, accepted} = batch
    const hasViews = partition.bundle.features.schema.names.length > 0
    return {
      ...batch,
      featuring: hasViews ? new Featuring(partition, accepted.filter(isTransaction).length) : undefined,
    }
  })
}

function isTransaction({event}: AcceptedEvent): boolean {
  return event.stream === TRANSACTIONS
}
