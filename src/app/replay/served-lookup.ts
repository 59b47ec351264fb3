import type {ServedEntry} from '../../learning/training/served-rows.js'

/**
 * Finds the row of a transaction in a file of rows that is sorted by event time, while a replay goes through the transactions in about
 * that order. Holds the rows whose transactions may still come.
 */
export class ServedLookup {
  private readonly held = new Map<string, ServedEntry>()
  private readonly entries: AsyncIterator<ServedEntry>
  private ahead: ServedEntry | undefined
  private isAtEnd = false

  constructor(entries: AsyncIterable<ServedEntry>) {
    this.entries = entries[Symbol.asyncIterator]()
  }

  /** Makes the rows up to an event time ready to be taken. */
  async readTo(time: number): Promise<void> {
    while (!this.isAtEnd) {
      if (this.ahead !== undefined) {
        if (this.ahead.row.time > time) return
        this.held.set(keyOf(this.ahead.row.userId, this.ahead.row.transactionId), this.ahead)
      }
      const next = await this.entries.next()
      this.isAtEnd = next.done === true
      this.ahead = next.done === true ? undefined : next.value
    }
  }

  /** The row of a transaction, which comes once; undefined if there is none. */
  take(userId: string, transactionId: string, time: number): ServedEntry | undefined {
    const key = keyOf(userId, transactionId)
    const entry = this.held.get(key)
    // An id that comes again much later is another transaction.
    if (entry?.row.time !== time) return undefined
    this.held.delete(key)
    return entry
  }
}

function keyOf(userId: string, transactionId: string): string {
  return JSON.stringify([userId, transactionId])
}
