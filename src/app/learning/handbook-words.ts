import type {FoldScores} from '../../learning/handbook/fold-scores.js'
import {PUBLISHED} from '../../learning/handbook/published.js'
import type {HandbookResult} from './handbook-result.js'

/** The published rows and the ones of this run, to be laid out as a table. */
export function handbookTable({models}: Pick<HandbookResult, 'models'>): string[][] {
  return [
    ['model', 'ROC AUC', 'average precision', 'CP@100'],
    ...PUBLISHED.map(({name, mean}) => [`published: ${name}`, ...figures(mean)]),
    ...Object.entries(models).map(([name, {mean}]) => [
      `here: ${name.replaceAll('_', ' ')}`,
      ...figures(mean),
    ]),
  ]
}

function figures({auc_roc, average_precision, cp100}: FoldScores): string[] {
  return [auc_roc, average_precision, cp100].map((figure) => figure.toFixed(3))
}
