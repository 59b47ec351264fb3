import type {ReplaySource} from '../../adapters/files/replay-source.js'
import type {WallTime} from '../../core/event/time.js'
import {endInput, observeResolved} from '../../core/watermark/watermark.js'
import type {EventSource, InputBatch} from '../../engine/port/event-source.js'
import type {Partition} from '../../engine/stage/partition.js'
import type {SharedState} from '../../engine/stage/shared-state.js'

/**
 * A replay of one or several partitions in one process. They take turns: each reads its part of the next lines, then what they found
 * for each other, and only then time goes on in what they share. After the last line come empty batches until no rule
 * waits for a deadline that is reached; the end is the end of time, unless the recording says how far it got.
 */
export class InTurns implements EventSource {
  private turn: InputBatch[] = []
  private readonly opened = new Set<Partition>()

  constructor(
    private readonly source: ReplaySource,
    private readonly shared: SharedState,
    private readonly partitionOf: (number: number) => Partition,
  ) {}

  partitions(): readonly number[] {
    return this.source.partitions()
  }

  seek(partition: number, offset: number): void {
    this.source.seek(partition, offset)
  }

  async next(): Promise<InputBatch | undefined> {
    if (this.turn[0] !== undefined && !concernsAll(this.turn[0])) return this.turn.shift()
    const mail = this.forWhom(hasMail)
    if (mail !== undefined) return mail
    const {wall} = this.source
    if (this.turn.length === 0) {
      const turn = await this.source.nextTurn()
      if (turn === undefined) return this.afterTheEnd()
      // All that have a part in it, before the first has read its own.
      for (const {partition} of turn) this.opened.add(this.partitionOf(partition))
      this.turn = [...turn]
    }
    this.turnIsDone(wall)
    return this.turn.shift()
  }

  private turnIsDone(wall: WallTime): void {
    // One that has all to itself is always as far as it has read.
    if (this.opened.size > 1) this.shared.turnIsDone(wall)
  }

  private afterTheEnd(): InputBatch | undefined {
    const {resolvedAtEnd} = this.source
    for (const {number, time} of this.opened) {
      if (time === undefined) continue
      const resolved = resolvedAtEnd.get(number)
      if (resolvedAtEnd.size === 0) endInput(time)
      else if (resolved !== undefined) observeResolved(time, resolved)
    }
    this.turnIsDone(this.source.wall)
    return this.forWhom(owes)
  }

  /** An empty batch for the first partition of which something is so. */
  private forWhom(isSo: (partition: Partition) => boolean): InputBatch | undefined {
    for (const partition of this.opened) {
      const {number, time, offset} = partition
      if (time !== undefined && isSo(partition))
        return {partition: number, records: [], polledAt: time.wall, nextOffset: offset}
    }
    return undefined
  }
}

/** Such a batch stands at the end of its turn. */
function concernsAll({control, forget}: InputBatch): boolean {
  return control !== undefined || forget !== undefined
}

function hasMail({inbox}: Partition): boolean {
  return inbox.findings.length + inbox.profiles.length > 0
}

function owes({stages}: Partition): boolean {
  return stages.some((stage) => stage.dueKeys(1).length > 0)
}
