/** However rare the sample, one transaction stands for no more than so many: else a single label would rule the training. */
const MOST = 20

/** For how many transactions of its kind one stands that was treated as it was with this probability. */
export function weightOf(propensity: number): number {
  return Math.min(MOST, 1 / propensity)
}
