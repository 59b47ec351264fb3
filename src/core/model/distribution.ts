import {z} from 'zod'

const share = z.number().min(0).max(1)

/** How the values of a feature, or scores, lay in some rows: shares of the rows between edges. */
export const distributionSchema = z.strictObject({
  /** Ascending, no two the same: deciles of the values that are there. Bin i holds values up to and including edge i. */
  edges: z.array(z.number()),
  /** One more than edges: the last bin holds what is beyond them all. */
  shares: z.array(share).min(1),
  /** Of rows without a value. */
  missing: share,
})

/** How features and scores lay where a model was trained: what drift is measured against. */
export const modelDistributionSchema = z.strictObject({
  /** In the order of the features' names. */
  features: z.array(distributionSchema),
  /** Scores of rows that the model did not learn from. */
  score: distributionSchema,
})

export type Distribution = z.infer<typeof distributionSchema>
export type ModelDistribution = z.infer<typeof modelDistributionSchema>

const BINS = 10

/** The distribution of one column of rows. What is not finite is missing. */
export function distributionOf(rows: Float32Array, column = 0, width = 1): Distribution {
  const count = Math.floor(rows.length / width)
  const values = new Float32Array(count)
  let present = 0
  for (let at = column; at < rows.length; at += width) {
    const value = rows[at] as number
    if (Number.isFinite(value)) values[present++] = value
  }
  const edges = decilesOf(values.subarray(0, present).sort())
  const tally = new BinTally(edges)
  for (let at = column; at < rows.length; at += width) tally.add(rows[at] as number)
  return {edges, ...tally.shares()}
}

/** The distribution of each column of rows. */
export function distributionsOf(rows: Float32Array, width: number): Distribution[] {
  return Array.from({length: width}, (_, column) => distributionOf(rows, column, width))
}

/** Counts values by the bins of a distribution. */
export class BinTally {
  count = 0
  private readonly bins: Float64Array
  private missing = 0

  constructor(private readonly edges: readonly number[]) {
    this.bins = new Float64Array(edges.length + 1)
  }

  add(value: number): void {
    this.count++
    if (!Number.isFinite(value)) {
      this.missing++
      return
    }
    // Models are trained on 32 bits: an edge that is a value must hold that value.
    const bin = binOf(Math.fround(value), this.edges)
    this.bins[bin] = (this.bins[bin] as number) + 1
  }

  /** What both counted, by the same edges. */
  addAll(other: BinTally): void {
    this.count += other.count
    this.missing += other.missing
    for (const [bin, count] of other.bins.entries()) this.bins[bin] = (this.bins[bin] as number) + count
  }

  shares(): Pick<Distribution, 'shares' | 'missing'> {
    const of = (count: number) => (this.count === 0 ? 0 : count / this.count)
    return {shares: [...this.bins].map(of), missing: of(this.missing)}
  }
}

function decilesOf(sorted: Float32Array): number[] {
  if (sorted.length === 0) return []
  const at = (decile: number) => sorted[Math.ceil((decile / BINS) * sorted.length) - 1] as number
  return [...new Set(Array.from({length: BINS - 1}, (_, nth) => at(nth + 1)))]
}

/** The first bin whose edge the value does not exceed. */
function binOf(value: number, edges: readonly number[]): number {
  let [low, high] = [0, edges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (value <= (edges[middle] as number)) high = middle
    else low = middle + 1
  }
  return low
}
