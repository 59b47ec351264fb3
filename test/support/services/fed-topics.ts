import {KafkaEventIntake} from '../../../src/adapters/kafka/event-intake.js'
import {partitionOf} from '../../../src/adapters/kafka/partition-of.js'
import {RecordSender} from '../../../src/adapters/kafka/record-sender.js'
import type {WallTime} from '../../../src/core/event/time.js'
import type {IntakeRecord} from '../../../src/engine/port/event-intake.js'
import {STREAMS, type TestTopics} from './test-kafka.js'

/** A recorded line with the partition in which its user belongs. */
export interface PlacedLine {
  readonly stream?: string
  readonly event?: unknown
  readonly arrival_time: string
  readonly partition: number
}

/** Says of each line of a recording where it belongs, as every client of Kafka would. Lines that are no JSON are left out. */
export function placedLines(lines: readonly string[], partitions: number): readonly PlacedLine[] {
  return lines.flatMap((line) => {
    const parsed = parsedLine(line)
    if (parsed === undefined) return []
    const user = (parsed.event as {readonly user_id?: unknown} | null)?.user_id
    const partition = typeof user === 'string' && user !== '' ? partitionOf(user, partitions) : 0
    return [{...parsed, partition}]
  })
}

function parsedLine(line: string): Omit<PlacedLine, 'partition'> | undefined {
  try {
    return JSON.parse(line) as Omit<PlacedLine, 'partition'>
  } catch {
    return undefined
  }
}

/** Puts recorded lines on the topics, in their order, with the time at which they arrived. */
export class Feed {
  private readonly sender: RecordSender
  private readonly intake: KafkaEventIntake

  constructor({kafka, names}: TestTopics, partitions: number) {
    this.sender = new RecordSender(kafka)
    this.intake = new KafkaEventIntake({sender: this.sender, names, streams: STREAMS, partitions})
  }

  async send(lines: readonly PlacedLine[]): Promise<void> {
    await this.sender.connect()
    await Promise.all(lines.map((line) => this.intake.append(line.partition, [recordOf(line)])))
  }

  close(): Promise<void> {
    return this.sender.disconnect()
  }
}

/** A line as it is put on the log. */
export function recordOf({stream, event, arrival_time}: PlacedLine): IntakeRecord {
  const {user_id, merchant_id} = (event ?? {}) as {readonly user_id?: unknown; readonly merchant_id?: unknown}
  const key = stream === 'merchants' ? merchant_id : user_id
  return {
    stream,
    bytes: Buffer.from(JSON.stringify(event ?? null)),
    refusal: undefined,
    ingestedAt: Date.parse(arrival_time) as WallTime,
    key: typeof key === 'string' ? key : undefined,
  }
}
