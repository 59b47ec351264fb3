import type {Label} from '../../core/comparison/labels.js'
import type {EventTime} from '../../core/event/time.js'
import {GrowingRows} from './growing-rows.js'
import type {TrainingSet} from './training-set.js'

/** Transactions with their features as they were when they came. */
export class TrainingRows {
  private readonly ids: string[] = []
  private readonly times: EventTime[] = []
  private readonly weights: number[] = []
  private readonly rows: GrowingRows

  constructor(readonly width: number) {
    this.rows = new GrowingRows(width)
  }

  get count(): number {
    return this.rows.count
  }

  /** `weight`: for how many transactions of its kind it stands. */
  add(id: string, time: EventTime, row: ArrayLike<number>, weight = 1): void {
    this.ids.push(id)
    this.times.push(time)
    this.weights.push(weight)
    this.rows.add(row)
  }

  /** Those with a label, in the order of event time; of equal times, as they came. */
  labelled(labelOf: (id: string) => Label): TrainingSet {
    const known = [...this.ids.keys()].filter((at) => labelOf(this.ids[at] as string) !== 'unknown')
    known.sort((a, b) => (this.times[a] as number) - (this.times[b] as number) || a - b)
    const rows = new Float32Array(known.length * this.width)
    for (const [place, at] of known.entries()) rows.set(this.rows.row(at), place * this.width)
    return {
      rows,
      labels: Float32Array.from(known, (at) => (labelOf(this.ids[at] as string) === 'fraud' ? 1 : 0)),
      weights: Float32Array.from(known, (at) => this.weights[at] as number),
      times: Float64Array.from(known, (at) => this.times[at] as number),
    }
  }
}
