import type {TrainingProgress} from './fit-ensemble.js'

/** After how many epochs networks did best on the validation rows. */
export class BestEpochs {
  private readonly best = new Map<number, {readonly epoch: number; readonly score: number}>()

  note({member, epoch, averagePrecision = Number.NEGATIVE_INFINITY}: TrainingProgress): void {
    const known = this.best.get(member)
    if (known === undefined || averagePrecision > known.score)
      this.best.set(member, {epoch, score: averagePrecision})
  }

  /** The mean over the networks, at least 1. */
  get mean(): number {
    const epochs = [...this.best.values()].map(({epoch}) => epoch)
    return Math.max(1, Math.round(epochs.reduce((sum, epoch) => sum + epoch, 0) / epochs.length))
  }
}
