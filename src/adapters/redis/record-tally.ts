interface Tally {
  records: number
  /** Removals, and the events that they removed. */
  useless: number
}

/** So many histories are followed; of the others it is found out when something of them is removed. */
const KEYS_MAX = 200_000

/** How much of each history is of no use any more, as far as it is known. */
export class RecordTally {
  private readonly tallies = new Map<string, Tally>()

  /** A history was read, or is written anew. */
  note(key: string, records: number, events: number): void {
    this.tallies.delete(key)
    this.tallies.set(key, {records, useless: records - events})
    if (this.tallies.size <= KEYS_MAX) return
    for (const oldest of this.tallies.keys()) {
      this.tallies.delete(oldest)
      return
    }
  }

  forget(key: string): void {
    this.tallies.delete(key)
  }

  /** Events were appended and removed. */
  add(key: string, appended: number, removed: number): void {
    const tally = this.tallies.get(key)
    if (tally === undefined) return
    tally.records += appended + removed
    tally.useless += 2 * removed
  }

  /** Whether more than half of a history would be useless after so many removals, or nobody knows. */
  isWorn(key: string, appended: number, removed: number): boolean {
    const tally = this.tallies.get(key)
    return tally === undefined || 2 * (tally.useless + 2 * removed) > tally.records + appended + removed
  }
}
