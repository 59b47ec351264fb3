import {setTimeout as sleep} from 'node:timers/promises'
import {SeededRandom} from '../../../src/simulation/seeded-random.js'
import type {LoadInput, LoadTraffic} from './load-traffic.js'

const REQUESTS_UNDER_WAY = 3
const LONGEST_BATCH = 40
/** The first lines go ahead of the load, so that there is a watermark when it begins. */
const FIRST_BATCH = 20
const RETRY_AFTER_MS = 5

interface IngestAnswer {
  readonly results: readonly {readonly status: string; readonly code?: string}[]
}

/** What the client knows about one stream. */
export interface StreamAccount {
  /** Events in all requests, also those that were never answered. */
  sent: number
  /** Events whose fate was answered; each once. */
  acknowledged: number
  /** Answers by status. */
  readonly statuses: {[status: string]: number}
}

/**
 * Sends traffic over HTTP as careful clients do: several requests at once per stream, and each again until it is
 * answered. The service may go away at any time and come back elsewhere.
 */
export class LoadClient {
  readonly accounts = new Map<string, StreamAccount>()
  /** Answers that are not right for what was sent. */
  readonly wrongAnswers: string[] = []
  /** Requests that were sent and are not answered. */
  underWay = 0
  retries = 0
  private readonly random: SeededRandom
  private stopped = false

  constructor(
    private readonly traffic: LoadTraffic,
    /** Where the service is now, once it is ready. */
    private readonly currentUrl: () => Promise<string>,
    seed: number,
  ) {
    this.random = new SeededRandom(seed, 'load')
    for (const stream of traffic.inputs.keys()) {
      this.accounts.set(stream, {sent: 0, acknowledged: 0, statuses: {}})
    }
  }

  get acknowledged(): number {
    return [...this.accounts.values()].reduce((sum, account) => sum + account.acknowledged, 0)
  }

  /** Resolves when all traffic is acknowledged, or `stop` was called and what is under way has ended. */
  async run(): Promise<void> {
    const queues = [...this.traffic.inputs].map(([stream, inputs]) => ({stream, inputs, next: 0}))
    const take = (queue: (typeof queues)[number], count: number) => {
      const batch = queue.inputs.slice(queue.next, queue.next + count)
      queue.next += batch.length
      return batch
    }
    for (const queue of queues) await this.deliver(queue.stream, take(queue, FIRST_BATCH))
    const work = async (queue: (typeof queues)[number]) => {
      while (queue.next < queue.inputs.length && !this.stopped) {
        await this.deliver(queue.stream, take(queue, this.random.integer(1, LONGEST_BATCH)))
      }
    }
    await Promise.all(queues.flatMap((queue) => Array.from({length: REQUESTS_UNDER_WAY}, () => work(queue))))
  }

  /** Nothing further is sent, and nothing again. */
  stop(): void {
    this.stopped = true
  }

  private async deliver(stream: string, batch: readonly LoadInput[]): Promise<void> {
    while (!this.stopped) {
      const answer = await this.send(stream, batch)
      if (answer !== undefined) return this.book(stream, batch, answer)
      this.retries++
      await sleep(RETRY_AFTER_MS)
    }
  }

  /** The answer; undefined if there was none, or none that says what became of the events. */
  private async send(stream: string, batch: readonly LoadInput[]): Promise<IngestAnswer | undefined> {
    const asArray = batch.every(({isJson}) => isJson) && this.random.chance(0.5)
    const texts = batch.map(({bytes}) => bytes.toString('utf8'))
    const body = asArray ? `[${texts.join(',')}]` : texts.join('\n')
    const type = asArray ? 'application/json' : 'application/x-ndjson'
    let url: string
    try {
      url = await this.currentUrl()
    } catch {
      return undefined
    }
    this.accountOf(stream).sent += batch.length
    this.underWay++
    try {
      const answer = await fetch(`${url}/v1/events/${stream}`, {
        method: 'POST',
        headers: {'content-type': type},
        body,
      })
      const text = await answer.text()
      if (answer.status === 202) return JSON.parse(text) as IngestAnswer
      if (answer.status < 500 && answer.status !== 429) this.wrongAnswers.push(`${answer.status} ${text}`)
      return undefined
    } catch {
      // The service is gone, or cut the connection.
      return undefined
    } finally {
      this.underWay--
    }
  }

  private book(stream: string, batch: readonly LoadInput[], {results}: IngestAnswer): void {
    const account = this.accountOf(stream)
    account.acknowledged += batch.length
    if (results.length !== batch.length)
      this.wrongAnswers.push(`${results.length} results for ${batch.length} events`)
    for (const [i, {status, code}] of results.entries()) {
      account.statuses[status] = (account.statuses[status] ?? 0) + 1
      const right = batch[i]?.rightAnswers ?? []
      if (!right.includes(code ?? status))
        this.wrongAnswers.push(`${code ?? status} instead of ${right.join(' or ')}`)
    }
  }

  private accountOf(stream: string): StreamAccount {
    return this.accounts.get(stream) as StreamAccount
  }
}
