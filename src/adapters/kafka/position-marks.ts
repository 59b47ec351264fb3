import {setTimeout as sleep} from 'node:timers/promises'
import type {Admin, Consumer} from 'kafkajs'
import type {Positions} from '../../engine/port/event-source.js'
import type {InputTopic} from './topic-names.js'

export interface PositionMarksOptions {
  readonly consumer: Pick<Consumer, 'commitOffsets'>
  readonly admin: Pick<Admin, 'fetchOffsets'>
  readonly groupId: string
  readonly inputs: readonly InputTopic[]
}

/** Marks are written no more often than this (ms). */
const PAUSE_MS = 200

/**
 * How far partitions are, as offsets of the group: written after the state is, so that they are never ahead of it. A state that is
 * behind its marks was set back. Nobody reads on from them; tools that show a group's lag do so by them.
 */
export class PositionMarks {
  private readonly unwritten = new Map<string, {topic: string; partition: number; offset: string}>()
  private writing: Promise<void> | undefined
  private isStopped = false

  constructor(private readonly options: PositionMarksOptions) {}

  /** The state of a partition has come so far. Topics that every partition reads are not marked. */
  note(partition: number, positions: Positions): void {
    for (const topic of this.ownTopics()) {
      const place = `${topic}/${partition}`
      const offset = positions[place]
      if (offset !== undefined) this.unwritten.set(place, {topic, partition, offset: String(offset)})
    }
    this.writing ??= this.write().finally(() => {
      this.writing = undefined
    })
  }

  /** How far a partition was for sure, in its own topics; empty where nothing was ever marked. */
  async of(partition: number): Promise<Positions> {
    const {admin, groupId} = this.options
    const noted = await admin.fetchOffsets({groupId, topics: this.ownTopics()})
    const marks = noted.flatMap(({topic, partitions}) =>
      partitions.flatMap(({partition: number, offset}) =>
        number === partition && Number(offset) >= 0 ? [[`${topic}/${number}`, Number(offset)] as const] : [],
      ),
    )
    return Object.fromEntries(marks)
  }

  /** Writes no more. Resolves when what was under way is done. */
  stop(): Promise<void> {
    this.isStopped = true
    return this.writing ?? Promise.resolve()
  }

  private async write(): Promise<void> {
    while (this.unwritten.size > 0 && !this.isStopped) {
      const marks = [...this.unwritten.values()]
      this.unwritten.clear()
      // While the group is being shared out it takes none; the next ones tell more.
      await this.options.consumer.commitOffsets(marks).catch(() => undefined)
      await sleep(PAUSE_MS, undefined, {ref: false})
    }
  }

  private ownTopics(): string[] {
    return this.options.inputs.flatMap(({topic, isBroadcast}) => (isBroadcast ? [] : [topic]))
  }
}
