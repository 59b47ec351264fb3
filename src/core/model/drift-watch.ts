import type {ModelDistribution} from './distribution.js'
import {LEAST_DRIFT_ROWS} from './drift.js'
import {type DriftReading, DriftTally} from './drift-tally.js'

/** A version as drift is measured against it. */
export interface TrainedOn {
  readonly version: number
  readonly features: {readonly hash: string; readonly names: readonly string[]}
  /** Undefined in versions of before drift was measured. */
  readonly distribution: ModelDistribution | undefined
}

/** So many rows make a span; the last two count. */
const SPAN_ROWS = 10_000

/** The drift of the newest rows that went by: between ten and twenty thousand, once there were so many. */
export class DriftWatch {
  private against: TrainedOn | undefined
  private current: DriftTally | undefined
  private former: DriftTally | undefined

  /** Of the version that rows are held against. */
  get version(): number | undefined {
    return this.against?.version
  }

  /** What rows are held against from now on; another version begins anew. Gives where to put them; undefined: nowhere. */
  tally(against: TrainedOn | undefined): DriftTally | undefined {
    if (
      against?.version !== this.against?.version ||
      against?.features.hash !== this.against?.features.hash
    ) {
      this.against = against
      this.former = undefined
      this.current = begun(against)
    }
    if (this.current !== undefined && this.current.rows >= SPAN_ROWS) {
      this.former = this.current
      this.current = begun(against)
    }
    return this.current
  }

  /** Undefined while there are too few rows to tell drift from chance, or nothing to hold them against. */
  reading(): DriftReading | undefined {
    const both = begun(this.against)
    if (both === undefined || this.current === undefined) return undefined
    both.addAll(this.current)
    if (this.former !== undefined) both.addAll(this.former)
    return both.rows < LEAST_DRIFT_ROWS ? undefined : both.reading()
  }
}

function begun(against: TrainedOn | undefined): DriftTally | undefined {
  return against?.distribution && new DriftTally(against.features.names, against.distribution)
}
