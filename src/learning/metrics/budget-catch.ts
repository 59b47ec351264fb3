/** A scored transaction of a time. */
export interface BudgetRow {
  readonly score: number
  /** Any number that is the same for all rows of a day. */
  readonly day: number
  /** The fraud that it is part of; undefined: legitimate. */
  readonly fraudId: string | undefined
}

/**
 * The share of frauds that are found where each day's `perDay` highest scores are looked at: those of which one transaction is among
 * them. Of equal scores the earlier row comes first. NaN without frauds.
 */
export function budgetCatch(rows: readonly BudgetRow[], perDay: number): number {
  const days = new Map<number, BudgetRow[]>()
  const frauds = new Set<string>()
  for (const row of rows) {
    const ofDay = days.get(row.day)
    if (ofDay === undefined) days.set(row.day, [row])
    else ofDay.push(row)
    if (row.fraudId !== undefined) frauds.add(row.fraudId)
  }
  const found = new Set<string>()
  for (const ofDay of days.values()) {
    const highest = ofDay.sort((a, b) => b.score - a.score).slice(0, perDay)
    for (const {fraudId} of highest) if (fraudId !== undefined) found.add(fraudId)
  }
  return found.size / frauds.size
}
