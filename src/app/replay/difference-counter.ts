import type {Disagreement} from '../../core/comparison/equality.js'

/** How many records of two runs agree. */
export interface DifferenceCounts {
  same: number
  different: number
  only_replayed: number
  only_emitted: number
}

/** One difference between a replay and what was emitted: a line of `compare.ndjson`. */
export interface RunDifference {
  readonly record: 'alert' | 'decision'
  readonly difference: 'different' | 'only_replayed' | 'only_emitted'
  /** The alert's or the transaction's. */
  readonly id: string
  readonly event_time: string
  /** What it is about, in words. */
  readonly about: string
  /** What differs, as each run has it; empty if only one has the record. */
  readonly fields: readonly {readonly field: string; readonly replayed: string; readonly emitted: string}[]
  /** The record, if only one run has it. */
  readonly only: object | null
}

/** So many differences of each kind are kept for people. */
const KEPT = 5

/** How a record is named. */
export interface Naming<T> {
  readonly record: RunDifference['record']
  readonly idOf: (record: T) => string
  readonly aboutOf: (record: T) => string
}

/** Takes in pairs of records, and counts and writes where they differ. */
export class DifferenceCounter<T extends {readonly event_time: string}> {
  readonly counts: DifferenceCounts = {same: 0, different: 0, only_replayed: 0, only_emitted: 0}
  readonly first: RunDifference[] = []

  constructor(
    private readonly naming: Naming<T>,
    private readonly compare: (replayed: T, emitted: T) => readonly Disagreement[],
    private readonly write: (difference: RunDifference) => void,
  ) {}

  get areEqual(): boolean {
    const {different, only_replayed, only_emitted} = this.counts
    return different + only_replayed + only_emitted === 0
  }

  add(replayed: T | undefined, emitted: T | undefined): void {
    if (replayed !== undefined && emitted !== undefined) this.addPair(replayed, emitted)
    else if (replayed !== undefined) this.addDifference('only_replayed', replayed, [])
    else if (emitted !== undefined) this.addDifference('only_emitted', emitted, [])
  }

  private addPair(replayed: T, emitted: T): void {
    const disagreements = this.compare(replayed, emitted)
    if (disagreements.length > 0) this.addDifference('different', replayed, disagreements)
    else this.counts.same++
  }

  private addDifference(
    kind: RunDifference['difference'],
    record: T,
    disagreements: readonly Disagreement[],
  ): void {
    const difference: RunDifference = {
      record: this.naming.record,
      difference: kind,
      id: this.naming.idOf(record),
      event_time: record.event_time,
      about: this.naming.aboutOf(record),
      fields: disagreements.map(({field, a, b}) => ({field, replayed: a, emitted: b})),
      only: kind === 'different' ? null : record,
    }
    this.write(difference)
    if (++this.counts[kind] <= KEPT) this.first.push(difference)
  }
}
