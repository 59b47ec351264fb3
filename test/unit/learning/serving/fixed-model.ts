import type {Model} from '../../../../src/engine/port/model.js'

/** A model that scores every row by a function of its first value, and counts what is asked of it. */
export class FixedModel implements Model {
  readonly id = 'fixed'
  readonly baseline: readonly number[]
  learnt: readonly boolean[]
  /** How many rows each call had. */
  readonly calls: number[] = []
  isDisposed = false

  constructor(
    readonly version: number,
    readonly features: Model['features'],
    private readonly scoreOf: (value: number) => number,
    /** Resolves when the scores may be given. */
    private readonly ready: () => Promise<void> = async () => undefined,
  ) {
    this.baseline = features.names.map(() => 0)
    this.learnt = features.names.map(() => true)
  }

  async score(rows: Float32Array, count: number): Promise<Float32Array> {
    if (this.isDisposed) throw new Error('the model was disposed')
    this.calls.push(count)
    await this.ready()
    const width = this.features.names.length
    return Float32Array.from({length: count}, (_, row) => this.scoreOf(rows[row * width] as number))
  }

  async attribute(rows: Float32Array): Promise<Float32Array> {
    return rows.slice()
  }

  dispose(): void {
    this.isDisposed = true
  }
}
