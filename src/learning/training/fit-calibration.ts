import {type Calibration, sigmoid, UNCALIBRATED} from '../../core/model/calibration.js'
import {countFrauds} from './training-set.js'

const STEPS = 100

/**
 * Platt's scaling of logits to labels, by Newton's method on the cross entropy with Platt's targets, which keep few
 * frauds from making it certain. Without both frauds and legitimate rows, or where higher logits do not mean more
 * frauds, there is nothing to learn: then the logits stay as they are.
 */
export function fitCalibration(logits: ArrayLike<number>, labels: ArrayLike<number>): Calibration {
  const frauds = countFrauds(labels)
  const legitimate = labels.length - frauds
  if (frauds === 0 || legitimate === 0) return UNCALIBRATED
  const targets = {fraud: (frauds + 1) / (frauds + 2), legitimate: 1 / (legitimate + 2)}
  let slope = 1
  let intercept = 0
  for (let step = 0; step < STEPS; step++) {
    // First and second derivatives of the loss by slope and intercept.
    let [bySlope, byIntercept] = [1e-9 * slope, 0]
    let [slope2, both, intercept2] = [1e-9, 0, 1e-9]
    for (let row = 0; row < logits.length; row++) {
      const logit = logits[row] as number
      const probability = sigmoid(slope * logit + intercept)
      const miss = probability - (labels[row] === 1 ? targets.fraud : targets.legitimate)
      const curve = probability * (1 - probability)
      bySlope += miss * logit
      byIntercept += miss
      slope2 += curve * logit * logit
      both += curve * logit
      intercept2 += curve
    }
    const determinant = slope2 * intercept2 - both * both
    const changes = [
      (intercept2 * bySlope - both * byIntercept) / determinant,
      (slope2 * byIntercept - both * bySlope) / determinant,
    ].map((change) => Math.max(-1, Math.min(1, change))) as [number, number]
    slope -= changes[0]
    intercept -= changes[1]
    if (Math.abs(changes[0]) + Math.abs(changes[1]) < 1e-9) break
  }
  return slope > 0 && Number.isFinite(slope + intercept) ? {slope, intercept} : UNCALIBRATED
}
