/** One of two runs that are compared. */
export type Side = 'a' | 'b'

export interface PairingOptions<T> {
  /** Equal for records of the two sides that are about the same thing. */
  readonly identityOf: (record: T) => string
  /** How far apart, in ms, the event times of two records of one identity can be. */
  readonly spread: number
  /** Told of each pair, and of each record that the other side does not have. */
  readonly emit: (a: T | undefined, b: T | undefined) => void
}

interface Waiting<T> {
  readonly side: Side
  readonly record: T
  readonly time: number
}

/**
 * Finds what belongs together in two runs whose records come in the order of event time. Holds only records whose
 * counterpart may still come. Records without one are told in the order of event time.
 */
export class Pairing<T> {
  /** By identity. A Map keeps the order in which records came, which is that of event time. */
  private readonly waiting = new Map<string, Waiting<T>>()

  constructor(private readonly options: PairingOptions<T>) {}

  put(side: Side, record: T, time: number): void {
    const identity = this.options.identityOf(record)
    const other = this.waiting.get(identity)
    if (other !== undefined) this.waiting.delete(identity)
    if (other !== undefined && other.side !== side) {
      this.emitPair(side, record, other.record)
      return
    }
    // A run that says the same thing twice: only one of the two can have a counterpart.
    if (other !== undefined) this.emitPair(side, other.record, undefined)
    this.waiting.set(identity, {side, record, time})
  }

  /** All records up to this event time were put: those whose counterpart cannot come any more are told. */
  settle(upTo: number): void {
    for (const [identity, {side, record, time}] of this.waiting) {
      if (time + this.options.spread > upTo) return
      this.waiting.delete(identity)
      this.emitPair(side, record, undefined)
    }
  }

  private emitPair(side: Side, own: T, other: T | undefined): void {
    if (side === 'a') this.options.emit(own, other)
    else this.options.emit(other, own)
  }
}
