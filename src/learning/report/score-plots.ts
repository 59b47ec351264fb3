import {precisionRecallCurve} from '../metrics/average-precision.js'
import {reliability} from '../metrics/calibration-error.js'
import {ranking} from '../metrics/ranking.js'
import {rocCurve} from '../metrics/roc-auc.js'
import {type Series, svgPlot} from './svg-plot.js'

/** A model's calibrated scores of rows that it was not trained on. */
export interface NamedScores {
  readonly name: string
  readonly scores: Float32Array
  readonly labels: Float32Array
}

const BARS = 20

/** How models compare, as SVG: ROC, precision and recall, calibration; and how the last one's scores are spread. */
export function scorePlots(models: readonly NamedScores[]): string[] {
  const steps = models.map(({scores, labels}) => ranking(scores, labels))
  const named = (of: (at: number) => Series['points'], kind: Series['kind'] = 'line'): Series[] =>
    models.map(({name}, at) => ({name, points: of(at), kind}))
  const plots = [
    svgPlot({
      title: 'ROC',
      x: 'legitimate transactions flagged',
      y: 'frauds flagged',
      series: named((at) => rocCurve(steps[at] ?? [])),
      diagonal: true,
    }),
    svgPlot({
      title: 'Precision and recall',
      x: 'recall',
      y: 'precision',
      series: named((at) => precisionRecallCurve(steps[at] ?? [])),
    }),
    svgPlot({
      title: 'Calibration',
      x: 'mean score',
      y: 'share of frauds',
      series: named((at) => reliabilityPoints(models[at]), 'dots'),
      diagonal: true,
    }),
  ]
  const last = models.at(-1)
  return last === undefined ? plots : [...plots, distribution(last)]
}

function reliabilityPoints(model: NamedScores | undefined): [number, number][] {
  if (model === undefined) return []
  return reliability(model.scores, model.labels).map(({meanScore, fraudRate}) => [meanScore, fraudRate])
}

/** Of frauds and of legitimate rows apart, each as shares: there are a hundred times as many legitimate ones. */
function distribution({name, scores, labels}: NamedScores): string {
  const counts = [new Float64Array(BARS), new Float64Array(BARS)] as const
  for (const [row, score] of scores.entries()) {
    const of = counts[labels[row] === 1 ? 1 : 0]
    const bar = Math.min(BARS - 1, Math.floor(score * BARS))
    of[bar] = (of[bar] as number) + 1
  }
  const shares = counts.map((bars) => {
    const all = bars.reduce((sum, count) => sum + count, 0)
    return bars.map((count) => (all === 0 ? 0 : count / all))
  })
  const series = (label: string, bars: Float64Array | undefined, shift: number): Series => ({
    name: label,
    kind: 'bars',
    points: [...(bars ?? [])].map((share, bar) => [(bar + shift) / BARS, share]),
  })
  return svgPlot({
    title: `Scores given by ${name}`,
    x: 'score',
    y: 'share of the rows of that kind',
    series: [series('legitimate', shares[0], 0.3), series('fraud', shares[1], 0.7)],
  })
}
