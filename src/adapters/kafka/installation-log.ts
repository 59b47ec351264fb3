import type {Kafka} from 'kafkajs'
import type {Clock} from '../../engine/port/clock.js'
import {readToEnd} from './read-to-end.js'
import type {RecordSender} from './record-sender.js'

export interface InstallationLogOptions {
  readonly kafka: Kafka
  readonly sender: RecordSender
  readonly topic: string
  readonly clock: Clock
}

/** What an installation must know though its Redis is gone: a compacted topic, on which the newest value of each name stands. */
export class InstallationLog {
  constructor(private readonly options: InstallationLogOptions) {}

  /** Everything that was noted, by name. */
  async read(): Promise<ReadonlyMap<string, string>> {
    const {kafka, topic, clock} = this.options
    const values = new Map<string, string>()
    await readToEnd(kafka, [topic], clock, ({key, value}) => values.set(String(key), String(value)))
    return values
  }

  /** Resolves when all replicas have it. */
  async note(name: string, value: string): Promise<void> {
    const {sender, topic} = this.options
    await sender.send([{topic, message: {key: name, value, partition: 0}}])
  }
}
