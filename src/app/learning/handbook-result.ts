import type {HandbookModel} from '../../learning/handbook/evaluate-handbook.js'
import type {FoldScores} from '../../learning/handbook/fold-scores.js'

/** What `evaluate handbook --json` prints. */
export interface HandbookResult {
  readonly models: {
    readonly [model in HandbookModel]: {readonly folds: readonly FoldScores[]; readonly mean: FoldScores}
  }
  readonly seconds: number
}
