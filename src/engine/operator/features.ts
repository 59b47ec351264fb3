import {map, type OperatorFunction} from 'rxjs'
import type {Bundle} from '../../core/bundle/bundle.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import {Featuring} from '../stage/featuring.js'
import type {AcceptedEvent, AdmittedBatch, FeaturedBatch} from './batch.js'

/**
 * Makes room for the features of the batch's transactions: what the model is served, and what the feature log keeps. They
 * are worked out event by event, as the events enter the histories (`matchRules`), so that neither rules nor
 * features know of an event before its turn. Where they are not served, only rules that name features have them worked out.
 */
export function features(areServed: boolean): OperatorFunction<AdmittedBatch, FeaturedBatch> {
  return map((batch) => {
    const {partition, accepted} = batch
    const {schema} = partition.bundle.features
    const areWanted = schema.names.length > 0 && (areServed || areUsedByRules(partition.bundle))
    return {
      ...batch,
      featuring: areWanted ? new Featuring(partition, accepted.filter(isTransaction).length) : undefined,
    }
  })
}

function areUsedByRules({ruleSets}: Bundle): boolean {
  return [...ruleSets.values()].some(({featureRules}) => featureRules.length > 0)
}

function isTransaction({event}: AcceptedEvent): boolean {
  return event.stream === TRANSACTIONS
}
