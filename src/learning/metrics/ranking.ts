/** Rows with one score, from the highest score down: how many there are up to and including them, and how many are fraud. */
export interface RankStep {
  readonly score: number
  readonly rows: number
  readonly frauds: number
}

/**
 * Rows by falling score; rows of equal score are one step, for nothing tells them apart. A row with a weight counts as so many.
 */
export function ranking(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  weights?: ArrayLike<number>,
): RankStep[] {
  const order = Uint32Array.from({length: scores.length}, (_, at) => at)
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number))
  const steps: RankStep[] = []
  let rows = 0
  let frauds = 0
  for (let at = 0; at < order.length; at++) {
    const row = order[at] as number
    const weight = weights?.[row] ?? 1
    rows += weight
    frauds += weight * (labels[row] as number)
    const score = scores[row] as number
    const next = order[at + 1]
    if (next === undefined || scores[next] !== score) steps.push({score, rows, frauds})
  }
  return steps
}
