import type {ModelManifest} from '../../core/model/model-manifest.js'
import type {Evidence} from './evidence.js'

/** What speaks for a version, or what it lacks to be champion. */
export type Finding = {readonly found: string} | {readonly lacks: string}

/** Whether a version did better than the champion on enough later transactions, and scores as it did in shadow. */
export function speaksFor(evidence: Evidence, minFrauds: number): Finding {
  const {champion, challenger, rows, frauds, average_precision, parity} = evidence
  const counts = `${rows} later transactions with ${frauds} frauds`
  if (parity.mismatches > 0) {
    const {mismatches, checked} = parity
    return {
      lacks: `${mismatches} of ${checked} scores that version ${challenger} gave in shadow are not those that it gives for the same features`,
    }
  }
  if (frauds < minFrauds)
    return {lacks: `there are only ${counts} to judge it by, and ${minFrauds} frauds are asked for`}
  return compared(average_precision.challenger, average_precision.champion, champion, counts)
}

/** The same by what was found when it was trained; `champion` is the one there is now. */
export function spokeForInTraining(
  {compared: former, metrics}: Pick<ModelManifest, 'compared' | 'metrics'>,
  champion: number,
  minFrauds: number,
): Finding {
  if (former?.version !== champion)
    return {lacks: `it was not compared with version ${champion}, the champion`}
  const {rows, frauds} = former
  if (frauds !== undefined && frauds < minFrauds)
    return {lacks: `it was compared on only ${frauds} frauds, and ${minFrauds} are asked for`}
  const counts =
    rows === undefined ? 'the same transactions' : `the same ${rows} later transactions with ${frauds} frauds`
  return compared(metrics.average_precision, former.average_precision, champion, counts)
}

function compared(own: number, other: number, champion: number, on: string): Finding {
  const figures = `average precision ${own.toFixed(4)} against ${other.toFixed(4)} of version ${champion} on ${on}`
  return own > other ? {found: figures} : {lacks: figures}
}
