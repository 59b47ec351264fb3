/** More is waiting to be written than may be. Whoever sends shall wait and send again. */
export class IntakeOverloadedError extends Error {
  constructor(waiting: number) {
    super(`${waiting} records are waiting to be written to disk; send more slowly, or try again in a second`)
    this.name = 'IntakeOverloadedError'
  }
}

/** Something to be written that counts for one or more numbers. */
interface Sized {
  readonly size: number
}

interface Waiting<T> {
  readonly items: readonly T[]
  readonly size: number
  readonly resolve: (first: number) => void
  readonly reject: (error: unknown) => void
}

/** A write takes at least one addition, and no more than about this size. */
const SIZE_PER_WRITE = 5_000

/**
 * Group commit: what is added while a write is under way goes to disk together in the next one, so that many senders
 * share the cost of one fsync.
 */
export class GroupWrite<T extends Sized> {
  private queue: Waiting<T>[] = []
  private waiting = 0
  private writing = false

  /** `write` gives the first number that it assigned; the others follow it. `limit`: the size that may wait. */
  constructor(
    private readonly write: (items: readonly T[]) => Promise<number>,
    private readonly limit: number,
  ) {}

  /** Resolves with the first number of the items when all are written. */
  add(items: readonly T[]): Promise<number> {
    const size = items.reduce((sum, item) => sum + item.size, 0)
    if (this.waiting > 0 && this.waiting + size > this.limit) {
      return Promise.reject(new IntakeOverloadedError(this.waiting))
    }
    this.waiting += size
    return new Promise((resolve, reject) => {
      this.queue.push({items, size, resolve, reject})
      if (!this.writing) void this.writeAll()
    })
  }

  private async writeAll(): Promise<void> {
    this.writing = true
    while (this.queue.length > 0) {
      const group = this.takeGroup()
      try {
        let first = await this.write(group.flatMap(({items}) => items))
        for (const {size, resolve} of group) {
          resolve(first)
          first += size
        }
      } catch (error) {
        for (const {reject} of group) reject(error)
      }
      for (const {size} of group) this.waiting -= size
    }
    this.writing = false
  }

  private takeGroup(): readonly Waiting<T>[] {
    let sum = 0
    let count = 0
    for (const {size} of this.queue) {
      if (count > 0 && sum + size > SIZE_PER_WRITE) break
      sum += size
      count++
    }
    return this.queue.splice(0, count)
  }
}
