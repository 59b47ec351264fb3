import type {BuildingKind} from './building.js'
import type {EventShapes} from './event-shapes.js'
import {RecordTally} from './record-tally.js'
import type {PartitionCopy} from './snapshot/partition-copy.js'

/** What a store knows of a partition that it has opened. */
export class Ownership {
  /** Of the next commit. */
  number = 1
  /** Outbox entries that are stored. */
  outbox: number[]
  readonly tally = new RecordTally()
  /** A copy of the state that is under way. */
  copy: PartitionCopy | undefined
  private last: Promise<unknown> = Promise.resolve()

  constructor(
    readonly epoch: number,
    readonly instance: string,
    /** Drawn at random: no other owner has it. */
    readonly token: string,
    readonly shapes: EventShapes,
    outbox: readonly number[],
    /** While it is built from the log, what it says is kept and not published. */
    public building: BuildingKind | undefined,
    /** By a record's name: what is added to its revision. */
    public lifts: ReadonlyMap<string, number>,
  ) {
    this.outbox = [...outbox]
  }

  /** One commit after the other: a commit's number is that of the last one done, and one more. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task)
    this.last = result.catch(() => undefined)
    return result
  }
}
