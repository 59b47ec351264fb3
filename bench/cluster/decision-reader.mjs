// Reads the decisions as a subscriber does, and times each from the moment at which its transaction was due.
import {build} from 'hdr-histogram-js'
import kafkajs from 'kafkajs'
import {LZ4_CODEC} from '../../dist/adapters/kafka/lz4-codec.js'

kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] = LZ4_CODEC

const EVENT_TIME = /"event_time":"([^"]+)"/
const NUMBER = /"transaction_id":"b-(\d+)"/
const FIRST_REVISION = '"revision":0'

export class DecisionReader {
  latencies = build({highestTrackableValue: 600_000})
  /** Milliseconds: the slowest hundredth of each second. */
  seconds = []
  decided = 0
  again = 0
  #seen
  #first
  #second = build({highestTrackableValue: 600_000})
  #kafka
  #consumer
  #ticking

  constructor({brokers}) {
    const {ERROR} = kafkajs.logLevel
    this.#kafka = new kafkajs.Kafka({
      clientId: 'tripline-bench',
      brokers: brokers.split(','),
      logLevel: ERROR,
    })
  }

  async start(namespace) {
    this.#consumer = this.#kafka.consumer({groupId: `bench-${namespace}`, maxWaitTimeInMs: 100})
    await this.#consumer.connect()
    await this.#consumer.subscribe({topic: `${namespace}.decisions`, fromBeginning: true})
    await this.#consumer.run({
      eachBatchAutoResolve: true,
      eachBatch: async ({batch}) => {
        const now = Date.now()
        for (const {value} of batch.messages) this.#take(value.toString(), now)
      },
    })
  }

  /** Counts and times from now on, transactions from a number on. */
  begin(first, count) {
    this.#first = first
    this.#seen = new Uint8Array(count)
    this.decided = 0
    this.again = 0
    this.seconds = []
    this.latencies.reset()
    this.#second.reset()
    clearInterval(this.#ticking)
    this.#ticking = setInterval(() => {
      const {totalCount} = this.#second
      this.seconds.push({
        decided: totalCount,
        p99: totalCount === 0 ? null : this.#second.getValueAtPercentile(99),
      })
      this.#second.reset()
    }, 1000)
  }

  end() {
    clearInterval(this.#ticking)
  }

  #take(text, now) {
    const number = Number(NUMBER.exec(text)?.[1]) - this.#first
    if (!(number >= 0 && number < this.#seen.length) || !text.includes(FIRST_REVISION)) return
    if (this.#seen[number] === 1) {
      this.again++
      return
    }
    this.#seen[number] = 1
    this.decided++
    const latency = Math.max(1, now - Date.parse(EVENT_TIME.exec(text)[1]))
    this.latencies.recordValue(latency)
    this.#second.recordValue(latency)
  }

  async stop() {
    this.end()
    await this.#consumer?.disconnect()
  }
}
