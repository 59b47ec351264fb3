import {concatMap, map, type OperatorFunction} from 'rxjs'
import type {Scorer} from '../port/model.js'
import type {MatchedBatch, ScoredBatch} from './batch.js'

/**
 * Has the model score the batch's transactions, all as one matrix. Where there is no model, or it does not answer, the
 * batch goes on without scores: rules alone decide. A version in shadow scores the same matrix, for the feature log.
 */
export function score(scorer: Scorer | undefined): OperatorFunction<MatchedBatch, ScoredBatch> {
  if (scorer === undefined) return map((batch) => ({...batch, ...UNSCORED}))
  return concatMap(async (batch) => ({...batch, ...(await scoresOf(batch, scorer))}))
}

const UNSCORED = {scores: undefined, shadow: undefined}

/** The version in shadow comes after the one in force, which does not wait for it. */
async function scoresOf(
  {featureRows, partition}: MatchedBatch,
  scorer: Scorer,
): Promise<Pick<ScoredBatch, 'scores' | 'shadow'>> {
  if (featureRows === undefined || featureRows.transactions.length === 0) return UNSCORED
  const {review, decline} = partition.bundle.policy.model
  const scores = await scorer.score(featureRows, Math.min(review, decline))
  return {scores, shadow: await scorer.shadow?.(featureRows)}
}
