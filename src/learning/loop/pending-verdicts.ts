/** A verdict that will be known at its time. */
export interface RevealedVerdict {
  readonly transactionId: string
  readonly userId: string
  readonly source: 'review' | 'chargeback'
  readonly verdict: 'fraud' | 'legitimate'
  /** Event time, ms. */
  readonly at: number
}

/** Verdicts that wait for their time. */
export class PendingVerdicts {
  /** By falling time: the next one is the last. */
  private waiting: RevealedVerdict[] = []
  private isSorted = true

  add(verdict: RevealedVerdict): void {
    this.waiting.push(verdict)
    this.isSorted = false
  }

  /** Takes out those of up to this time, in its order; of equal times by transaction. */
  take(upTo: number): RevealedVerdict[] {
    if (!this.isSorted)
      this.waiting.sort((a, b) => b.at - a.at || (a.transactionId < b.transactionId ? 1 : -1))
    this.isSorted = true
    const due: RevealedVerdict[] = []
    for (let next = this.waiting.at(-1); next !== undefined && next.at <= upTo; next = this.waiting.at(-1)) {
      due.push(next)
      this.waiting.pop()
    }
    return due
  }
}
