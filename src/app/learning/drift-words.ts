import {DRIFT_ALARM, DRIFT_WARN, LEAST_DRIFT_ROWS} from '../../core/model/drift.js'
import type {Drift, DriftReport} from './drift.js'

/** What a person wants to know of drift; features that lie as they did are only counted. */
export function driftWords({version, rows, other_features, scores, score, features}: DriftReport): string[] {
  const drifted = features.filter(({state}) => state !== 'steady')
  return [
    `${rows} transactions against the training of version ${version}; PSI from ${DRIFT_WARN} on is worth a look, from ${DRIFT_ALARM} on an alarm`,
    ...(other_features > 0 ? [`  ${other_features} were served other features, and left out`] : []),
    ...(rows < LEAST_DRIFT_ROWS
      ? [`  so few say more about chance than about drift: ${LEAST_DRIFT_ROWS} are the least`]
      : []),
    score === null ? '  score: it scored none of them' : `  score: ${words(score)}, of ${scores}`,
    ...drifted.map((each) => `  ${each.feature}: ${words(each)}`),
    `  ${features.length - drifted.length} features lie as they did`,
  ]
}

function words({psi, state}: Drift): string {
  return state === 'steady' ? psi.toFixed(3) : `${psi.toFixed(3)} (${state})`
}
