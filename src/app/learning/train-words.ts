import type {TrainResult} from './train.js'

/** What a person wants to know of a new version. */
export function trainWords(
  {version, manifest, verdicts, otherFeatures}: TrainResult,
  place: string,
): string[] {
  const {training, metrics, threshold, compared} = manifest
  const {rows, frauds, window} = training
  const known = [
    ...(verdicts === null ? [] : [verdictWords(verdicts)]),
    ...(otherFeatures === 0
      ? []
      : [`${otherFeatures} transactions were served other features than those in force, and are left out`]),
  ]
  return [
    ...known,
    `learnt from ${rows} labelled transactions, ${frauds} of them fraud, from ${window.from} to ${window.to}`,
    `on the latest of them: ROC AUC ${figure(metrics.auc_roc)}, average precision ${figure(metrics.average_precision)}, calibration error ${figure(metrics.calibration_error)}`,
    ...(compared === null
      ? []
      : [
          `version ${compared.version}, the champion, has average precision ${figure(compared.average_precision)} on the same transactions`,
        ]),
    `review from score ${figure(threshold.score)} (${threshold.chosen_by})`,
    `model ${manifest.id} version ${version} is in ${place}`,
  ]
}

function verdictWords({used, repeated, outOfTime, unknown}: NonNullable<TrainResult['verdicts']>): string {
  return `verdicts: ${used} used, ${repeated} on transactions that had one (the newest counts), ${outOfTime} out of time, ${unknown} about nothing that is there`
}

function figure(value: number): string {
  return value.toFixed(3)
}
