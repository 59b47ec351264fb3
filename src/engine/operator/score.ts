import {concatMap, map, type OperatorFunction} from 'rxjs'
import type {Scorer} from '../port/model.js'
import type {MatchedBatch, ScoredBatch} from './batch.js'

/**
 * Has the model score the batch's transactions, all as one matrix. Where there is no model, or it does not answer, the
 * batch goes on without scores: rules alone decide.
 */
export function score(scorer: Scorer | undefined): OperatorFunction<MatchedBatch, ScoredBatch> {
  if (scorer === undefined) return map((batch) => ({...batch, scores: undefined}))
  return concatMap(async (batch) => ({...batch, scores: await scoresOf(batch, scorer)}))
}

async function scoresOf(
  {featureRows, partition}: MatchedBatch,
  scorer: Scorer,
): Promise<ScoredBatch['scores']> {
  if (featureRows === undefined || featureRows.transactions.length === 0) return undefined
  const {review, decline} = partition.bundle.policy.model
  return scorer.score(featureRows, Math.min(review, decline))
}
