import type {Kafka, Message, Producer} from 'kafkajs'
import {UNTIL_IT_ANSWERS} from './kafka-client.js'
import {kafkajs} from './kafkajs.js'

/** A record on its way to a topic. */
export interface OutgoingRecord {
  readonly topic: string
  readonly message: Message
}

/** Too much is waiting to be sent; nothing of what was handed in is. */
export class SendingOverloadedError extends Error {
  constructor(limit: number) {
    super(`${limit} records are waiting to be sent already; try again in a moment`)
    this.name = 'SendingOverloadedError'
  }
}

interface Waiting {
  readonly records: readonly OutgoingRecord[]
  readonly resolve: (offsets: readonly number[]) => void
  readonly reject: (error: Error) => void
}

const WAITING_LIMIT = 50_000
/** One request holds about so much: brokers refuse batches that are larger than their topics allow. */
const REQUEST_RECORDS = 2_000
const REQUEST_BYTES = 512 * 1024

/**
 * Sends records in the order in which they were handed in, one request after the other: what comes while one is under
 * way goes with the next. Idempotent, acknowledged by all replicas, compressed.
 */
export class RecordSender {
  private readonly producer: Producer
  private waiting: Waiting[] = []
  private waitingRecords = 0
  private sending: Promise<void> | undefined

  /** `kafka`: of a client that tries again as long, also to connect. */
  constructor(kafka: Kafka) {
    this.producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      // While no broker answers, what is to be sent waits: giving up could mean twice or not at all.
      retry: {retries: UNTIL_IT_ANSWERS},
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    })
  }

  async connect(): Promise<void> {
    await this.producer.connect()
  }

  /** What was handed in is sent before. */
  async disconnect(): Promise<void> {
    await this.sending
    await this.producer.disconnect()
  }

  /**
   * Resolves with the records' offsets in their topics' partitions when all replicas have them. Rejects with
   * SendingOverloadedError if too much is waiting.
   */
  send(records: readonly OutgoingRecord[]): Promise<readonly number[]> {
    if (records.length === 0) return Promise.resolve([])
    if (this.waitingRecords > 0 && this.waitingRecords + records.length > WAITING_LIMIT)
      return Promise.reject(new SendingOverloadedError(WAITING_LIMIT))
    this.waitingRecords += records.length
    return new Promise((resolve, reject) => {
      this.waiting.push({records, resolve, reject})
      this.sending ??= this.sendAll()
    })
  }

  private async sendAll(): Promise<void> {
    // What is handed in during this turn of the event loop goes together.
    await Promise.resolve()
    while (this.waiting.length > 0) {
      const group = this.takeGroup()
      await this.sendGroup(group)
      for (const {records} of group) this.waitingRecords -= records.length
    }
    // In the same turn in which nothing was left: what comes later is sent anew.
    this.sending = undefined
  }

  private takeGroup(): readonly Waiting[] {
    let records = 0
    let bytes = 0
    let taken = 0
    for (const {records: own} of this.waiting) {
      const size = own.reduce((sum, {message}) => sum + (message.value?.length ?? 0), 0)
      if (taken > 0 && (records + own.length > REQUEST_RECORDS || bytes + size > REQUEST_BYTES)) break
      records += own.length
      bytes += size
      taken++
    }
    return this.waiting.splice(0, taken)
  }

  private async sendGroup(group: readonly Waiting[]): Promise<void> {
    const all = group.flatMap(({records}) => records)
    try {
      const offsets: number[] = []
      for (const piece of piecesOf(all)) offsets.push(...(await this.sendPiece(piece)))
      let from = 0
      for (const {records, resolve} of group) {
        resolve(offsets.slice(from, from + records.length))
        from += records.length
      }
    } catch (error) {
      for (const {reject} of group) reject(error as Error)
    }
  }

  private async sendPiece(records: readonly OutgoingRecord[]): Promise<readonly number[]> {
    const byTopic = new Map<string, Message[]>()
    for (const {topic, message} of records) {
      const messages = byTopic.get(topic)
      if (messages === undefined) byTopic.set(topic, [message])
      else messages.push(message)
    }
    const written = await this.producer.sendBatch({
      acks: -1,
      compression: kafkajs.CompressionTypes.LZ4,
      topicMessages: [...byTopic].map(([topic, messages]) => ({topic, messages})),
    })
    // Records of one partition keep their order, and so follow the first.
    const next = new Map(
      written.map(({topicName, partition, baseOffset}) => [`${topicName}/${partition}`, Number(baseOffset)]),
    )
    return records.map(({topic, message}) => {
      const place = `${topic}/${message.partition}`
      const offset = next.get(place) ?? Number.NaN
      next.set(place, offset + 1)
      return offset
    })
  }
}

function piecesOf(records: readonly OutgoingRecord[]): readonly (readonly OutgoingRecord[])[] {
  const pieces: OutgoingRecord[][] = []
  let bytes = 0
  for (const record of records) {
    const size = record.message.value?.length ?? 0
    const last = pieces.at(-1)
    if (last === undefined || last.length >= REQUEST_RECORDS || bytes + size > REQUEST_BYTES) {
      pieces.push([record])
      bytes = size
    } else {
      last.push(record)
      bytes += size
    }
  }
  return pieces
}
