import type {Histogram, Registry} from 'prom-client'
import {ENTITIES} from '../../core/feature/entity-builder.js'
import {DriftWatch, type TrainedOn} from '../../core/model/drift-watch.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import {histogram, readGauge, type Sample} from './instruments.js'

/** One transaction in so many is looked at: measuring it takes about three microseconds. */
const EVERY = 16

/** A second to a month. */
const AGE_BUCKETS = [1, 10, 60, 600, 3600, 21_600, 86_400, 604_800, 2_592_000]

/** How far the features and scores of transactions lie from those that the model in force was trained on. */
export class DriftMetrics {
  private readonly watch = new DriftWatch()
  private readonly ages: Histogram<'entity'>
  private seen = 0

  constructor(
    registry: Registry,
    /** The version in force. */
    private readonly trained: () => TrainedOn | undefined,
  ) {
    const psi = 'Population stability index against the training of the version in force'
    readGauge(registry, 'feature_psi', `${psi}, by feature; of the newest transactions.`, ['feature'], () =>
      this.features(),
    )
    // With a label, so that there is no sample where nothing is known, and not a 0.
    readGauge(registry, 'score_psi', `${psi}, of the scores.`, ['version'], () => {
      const {version} = this.watch
      const score = this.watch.reading()?.score
      return score === undefined || version === undefined ? [] : [{labels: {version}, value: score}]
    })
    this.ages = histogram(
      registry,
      'feature_age_seconds',
      'How long before a transaction the newest event was that its features knew; a sample.',
      AGE_BUCKETS,
      ['entity'],
    )
  }

  observe({featureRows, scores}: CommittedBatch): void {
    if (featureRows === undefined) return
    const {transactions, values, ages, schema} = featureRows
    const against = this.trained()
    const fits = against?.features.hash === schema.hash
    const tally = this.watch.tally(fits ? against : undefined)
    const first = EVERY - 1 - (this.seen % EVERY)
    this.seen += transactions.length
    for (let row = first; row < transactions.length; row += EVERY) {
      this.observeAges(ages, row)
      if (tally === undefined) continue
      tally.addRow(values, row * schema.names.length)
      const score = scores?.get(transactions[row] as (typeof transactions)[number])?.score
      if (score !== undefined) tally.addScore(score)
    }
  }

  private observeAges(ages: Float64Array, row: number): void {
    for (const [at, entity] of ENTITIES.entries()) {
      const age = ages[row * ENTITIES.length + at] as number
      if (age >= 0) this.ages.observe({entity}, age / 1000)
    }
  }

  private features(): readonly Sample<'feature'>[] {
    const features = this.watch.reading()?.features ?? []
    return features.map(({name, psi}) => ({labels: {feature: name}, value: psi}))
  }
}
