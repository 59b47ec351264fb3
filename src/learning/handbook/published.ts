import type {FoldScores} from './fold-scores.js'

/** The handbook's prequential results on the same test folds (chapters 5 to 7), as its tables print them. */
export const PUBLISHED: readonly {readonly name: string; readonly mean: FoldScores}[] = [
  {name: 'logistic regression', mean: {auc_roc: 0.868, average_precision: 0.623, cp100: 0.297}},
  {name: 'random forest', mean: {auc_roc: 0.87, average_precision: 0.678, cp100: 0.299}},
  {name: 'XGBoost', mean: {auc_roc: 0.869, average_precision: 0.687, cp100: 0.303}},
  {name: 'neural network', mean: {auc_roc: 0.876, average_precision: 0.675, cp100: 0.303}},
  {name: 'balanced bagging', mean: {auc_roc: 0.879, average_precision: 0.68, cp100: 0.305}},
]
