import {duration, flag, wholeNumber} from './setting.js'

/** When a running service learns from what it served, and when a new version may decide. */
export const LEARNING_SETTINGS = {
  'model.retrain.every': duration(
    '0s',
    'A running service trains a new version so often; 0s: never by itself.',
  ),
  'model.retrain.labels': wholeNumber(
    0,
    0,
    100_000_000,
    'A running service trains a new version after so many verdicts; 0: never by their number.',
  ),
  'model.retrain.maturity': duration(
    '30d',
    'A transaction without a verdict counts as legitimate after so long, where a service learns from what it served.',
  ),
  'model.promotion.automatic': flag(
    false,
    'Whether a newly trained version becomes champion by itself, if the evidence speaks for it.',
  ),
  'model.promotion.min_frauds': wholeNumber(
    20,
    1,
    1_000_000,
    'So many frauds, among later transactions, are asked for to judge a version by.',
  ),
} as const
