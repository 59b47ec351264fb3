import {setTimeout as sleep} from 'node:timers/promises'
import {KafkaEventIntake} from '../../../src/adapters/kafka/event-intake.js'
import {kafkaClient, UNTIL_IT_ANSWERS} from '../../../src/adapters/kafka/kafka-client.js'
import {RecordSender} from '../../../src/adapters/kafka/record-sender.js'
import type {IntakeRecord} from '../../../src/engine/port/event-intake.js'
import {type PlacedLine, recordOf} from '../../support/services/fed-topics.js'
import {STREAMS, type TestTopics, testConnection} from '../../support/services/test-kafka.js'

const PIECE_EVERY_MS = 200

/** Puts lines on the topics little by little, and remembers when each transaction was sent. */
export class PacedFeed {
  /** By user and transaction: ms since the epoch. */
  readonly sentAt = new Map<string, number>()
  /** How many inputs were put on the topics of a stream. */
  readonly fed = new Map<string, number>()
  private readonly sender: RecordSender
  private readonly intake: KafkaEventIntake

  constructor({names}: TestTopics, partitions: number) {
    const connection = testConnection()
    this.sender = new RecordSender(
      kafkaClient({connection, clientId: 'tripline-feed', retries: UNTIL_IT_ANSWERS}),
    )
    this.intake = new KafkaEventIntake({sender: this.sender, names, streams: STREAMS, partitions})
  }

  async connect(): Promise<void> {
    await this.sender.connect()
  }

  /** All lines, over so long a time. */
  async send(lines: readonly PlacedLine[], overMs: number): Promise<void> {
    const pieces = Math.max(1, Math.floor(overMs / PIECE_EVERY_MS))
    const size = Math.ceil(lines.length / pieces)
    const begun = performance.now()
    for (let i = 0; i * size < lines.length; i++) {
      await this.append(lines.slice(i * size, (i + 1) * size).map((line) => [line.partition, recordOf(line)]))
      for (const line of lines.slice(i * size, (i + 1) * size)) this.note(line)
      await sleep(Math.max(0, begun + (i + 1) * PIECE_EVERY_MS - performance.now()))
    }
  }

  /** Records as they are, each for a partition. */
  async append(records: readonly (readonly [partition: number, record: IntakeRecord])[]): Promise<void> {
    for (const [, {stream = 'unknown'}] of records) this.expect(stream, 1)
    await Promise.all(records.map(([partition, record]) => this.intake.append(partition, [record])))
  }

  /** So many more inputs of a stream come, whoever sends them. */
  expect(stream: string, count: number): void {
    this.fed.set(stream, (this.fed.get(stream) ?? 0) + count)
  }

  close(): Promise<void> {
    return this.sender.disconnect()
  }

  /** A transaction is on its topic from now on. */
  note({stream, event}: PlacedLine): void {
    const {user_id, transaction_id} = (event ?? {}) as {
      readonly user_id?: string
      readonly transaction_id?: string
    }
    const id = `${user_id} ${transaction_id}`
    if (stream === 'transactions' && !this.sentAt.has(id)) this.sentAt.set(id, Date.now())
  }
}
