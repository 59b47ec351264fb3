/** A worker goes on to take requests for so long (ms) while a partition that changes hands is not open. */
const HANDOVER_MS = 10_000

/** How a partition of a worker stands. */
interface Standing {
  readonly number: number
  /** Why it does not go on; undefined if it does. */
  readonly reason: string | undefined
}

/**
 * Whether requests should come to a worker. At first all its partitions have to be open. Later one that changes hands keeps
 * nobody away for a while: the last worker that is left must not say no because it takes over what the others had.
 */
export class Readiness {
  private hasBeen = false
  /** By partition: when it was first seen to stand still, in ms. */
  private readonly since = new Map<number, number>()

  /** `others`: what speaks against it besides partitions. */
  judge(
    partitions: readonly Standing[],
    others: readonly string[],
    nowMs: number,
  ): {ready: boolean; reasons: string[]} {
    const standing = partitions.filter(({reason}) => reason !== undefined)
    for (const number of this.since.keys())
      if (!standing.some((partition) => partition.number === number)) this.since.delete(number)
    const held = standing.filter(({number}) => {
      const since = this.since.get(number) ?? nowMs
      this.since.set(number, since)
      return !this.hasBeen || nowMs - since >= HANDOVER_MS
    })
    const reasons = [...others, ...held.flatMap(({reason}) => reason ?? [])]
    const ready = reasons.length === 0
    this.hasBeen ||= ready
    return {ready, reasons}
  }
}
