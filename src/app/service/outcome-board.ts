import type {CommittedBatch, RecordFate} from '../../engine/operator/batch.js'

interface Waiting {
  readonly offsets: readonly number[]
  readonly fates: Map<number, RecordFate>
  readonly resolve: (fates: readonly RecordFate[]) => void
  readonly reject: (error: Error) => void
}

/**
 * Brings those who put inputs on the log together with what became of them. A batch may be done before the one who
 * sent it has learnt its offsets, so outcomes wait for their claim and claims for their outcomes.
 */
export class OutcomeBoard {
  private readonly unclaimed = new Map<number, RecordFate>()
  private readonly waitingByOffset = new Map<number, Waiting>()
  private failure: Error | undefined

  /** Offsets before `from` were put on the log by an earlier process: nobody claims them. */
  constructor(private readonly from: number) {}

  /** What became of the inputs at these offsets, in their order, once all of them are committed and published. */
  claim(offsets: readonly number[]): Promise<readonly RecordFate[]> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure)
      const waiting: Waiting = {offsets, fates: new Map(), resolve, reject}
      for (const offset of offsets) {
        const fate = this.unclaimed.get(offset)
        this.unclaimed.delete(offset)
        if (fate === undefined) this.waitingByOffset.set(offset, waiting)
        else waiting.fates.set(offset, fate)
      }
      settle(waiting)
    })
  }

  post({input, fates}: CommittedBatch): void {
    for (const [i, {offset}] of input.records.entries()) {
      if (offset < this.from) continue
      const fate = fates[i] as RecordFate
      const waiting = this.waitingByOffset.get(offset)
      if (waiting === undefined) {
        this.unclaimed.set(offset, fate)
        continue
      }
      this.waitingByOffset.delete(offset)
      waiting.fates.set(offset, fate)
      settle(waiting)
    }
  }

  /** Nothing will be posted any more: everyone who waits is told. */
  fail(error: Error): void {
    this.failure = error
    for (const {reject} of this.waitingByOffset.values()) reject(error)
    this.waitingByOffset.clear()
  }

  /** How many inputs are not done yet. */
  get pending(): number {
    return this.waitingByOffset.size
  }
}

function settle({offsets, fates, resolve}: Waiting): void {
  if (fates.size === offsets.length) resolve(offsets.map((offset) => fates.get(offset) as RecordFate))
}
