import {BinTally, type ModelDistribution} from './distribution.js'
import {stabilityIndex} from './drift.js'

/** How far rows lie from those that a model was trained on. */
export interface DriftReading {
  readonly rows: number
  /** By feature, in the order of the model's. */
  readonly features: readonly FeatureDrift[]
  readonly scores: number
  /** Undefined without scores. */
  readonly score: number | undefined
}

export interface FeatureDrift {
  readonly name: string
  readonly psi: number
}

/** Holds rows of features, and scores, against the distribution in a model's training. */
export class DriftTally {
  private readonly features: readonly BinTally[]
  private readonly scores: BinTally

  constructor(
    private readonly names: readonly string[],
    private readonly expected: ModelDistribution,
  ) {
    this.features = expected.features.map(({edges}) => new BinTally(edges))
    this.scores = new BinTally(expected.score.edges)
  }

  get rows(): number {
    return this.features[0]?.count ?? 0
  }

  /** The row that begins at a place among values. */
  addRow(values: ArrayLike<number>, from = 0): void {
    for (let at = 0; at < this.features.length; at++)
      (this.features[at] as BinTally).add(values[from + at] as number)
  }

  addScore(score: number): void {
    this.scores.add(score)
  }

  /** What another one counted, against the same distribution. */
  addAll(other: DriftTally): void {
    for (const [at, tally] of this.features.entries()) tally.addAll(other.features[at] as BinTally)
    this.scores.addAll(other.scores)
  }

  reading(): DriftReading {
    const {expected, names, features, scores} = this
    return {
      rows: this.rows,
      features: expected.features.map((before, at) => ({
        name: names[at] as string,
        psi: stabilityIndex(before, (features[at] as BinTally).shares()),
      })),
      scores: scores.count,
      score: scores.count === 0 ? undefined : stabilityIndex(expected.score, scores.shares()),
    }
  }
}
