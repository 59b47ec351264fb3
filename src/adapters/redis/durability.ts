/** Which copies a commit waits for: none, the server's own disk (Redis 7.2), or that of so many replicas' memory. */
export type Durability = 'memory' | 'disk' | {readonly replicas: number}

/** Well within one attempt. */
const WAIT_MS = 2_000

/** Fewer copies than asked for have a commit; the commit itself is done. */
export class TooFewCopiesError extends Error {
  constructor(wanted: string) {
    super(`the commit is not on ${wanted} yet`)
    this.name = 'TooFewCopiesError'
  }
}

/** The command that waits for the copies of what the connection wrote last; nothing where none are asked for. */
export function waitFor(durability: Durability): readonly (string | number)[] {
  if (durability === 'memory') return []
  return durability === 'disk' ? ['waitaof', 1, 0, WAIT_MS] : ['wait', durability.replicas, WAIT_MS]
}

/** Throws TooFewCopiesError unless the reply says that all copies are there. */
export function checkCopies(durability: Durability, reply: unknown): void {
  if (durability === 'memory') return
  if (durability === 'disk') {
    const [local] = reply as readonly [number, number]
    if (local < 1) throw new TooFewCopiesError("the server's disk")
  } else if ((reply as number) < durability.replicas) {
    throw new TooFewCopiesError(`${durability.replicas} replicas`)
  }
}
