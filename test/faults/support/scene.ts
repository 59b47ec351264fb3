import {setTimeout as sleep} from 'node:timers/promises'
import {RedisProcess} from '../../service/redis/redis-process.js'
import {ClusterWorker} from '../../support/services/cluster-worker.js'
import type {PlacedLine} from '../../support/services/fed-topics.js'
import {type TestTopics, testTopics} from '../../support/services/test-kafka.js'
import {type Finding, judge} from './judge.js'
import {PacedFeed} from './paced-feed.js'
import {PARTITIONS, type Recording} from './recording.js'

const LIMIT_MS = 150_000
const POLL_MS = 100
const REFUSED_COMMIT = /the commit (of epoch|from offset) \d+ was refused/g

/** Topics and a Redis of an experiment's own, workers on them, and what they are fed with. */
export class Scene {
  readonly workers: ClusterWorker[] = []
  /** When faults happened, ms since the epoch. */
  readonly faults: number[] = []

  private constructor(
    readonly recording: Recording,
    readonly topics: TestTopics,
    readonly redis: RedisProcess,
    readonly feed: PacedFeed,
  ) {}

  static async set(recording: Recording): Promise<Scene> {
    const [topics, redis] = await Promise.all([testTopics(PARTITIONS), RedisProcess.start()])
    const feed = new PacedFeed(topics, PARTITIONS)
    await feed.connect()
    return new Scene(recording, topics, redis, feed)
  }

  start(env: {readonly [name: string]: string} = {}): ClusterWorker {
    const {recording, topics, redis} = this
    const worker = new ClusterWorker({
      namespace: topics.namespace,
      rules: recording.rules,
      env: {...recording.settings, TRIPLINE_REDIS_URL: redis.url, ...env},
    })
    this.workers.push(worker)
    return worker
  }

  get running(): readonly ClusterWorker[] {
    return this.workers.filter(({isRunning}) => isRunning)
  }

  /** Puts the recording on the topics, over so long a time. */
  feedAll(overMs = 0, lines: readonly PlacedLine[] = this.recording.lines): Promise<void> {
    return this.feed.send(lines, overMs)
  }

  /** A fault happens now. */
  fault(): void {
    this.faults.push(Date.now())
  }

  /** Waits until so many decisions were published. */
  async decided(count: number): Promise<void> {
    await until(
      async () => (await this.topics.count(this.topics.names.decisions)) >= count,
      `${count} decisions`,
    )
  }

  /** Transactions that a replay decides. */
  get transactions(): number {
    return this.recording.expected.decisions.length
  }

  /** Waits until what was published is what is expected, or nothing more can be hoped for. */
  async judged(): Promise<Finding> {
    const giveUpAt = performance.now() + LIMIT_MS
    for (;;) {
      const found = await judge(this.topics, this.recording.expected)
      if (found.lost.length === 0 || performance.now() > giveUpAt) return found
      await sleep(1_000)
    }
  }

  /** Every input is accounted for by the workers that are left: so many of each stream. */
  async balance(): Promise<void> {
    await until(async () => {
      const ledgers = await Promise.all(this.running.map((worker) => worker.ledger()))
      const count = ledgers.reduce((sum, {total}) => sum + (total.transactions?.in ?? 0), 0)
      return count === this.feed.fed.get('transactions') && ledgers.every(({balanced}) => balanced)
    }, 'a ledger that balances')
  }

  get fencedCommits(): number {
    return this.workers.reduce((sum, {output}) => sum + [...output.matchAll(REFUSED_COMMIT)].length, 0)
  }

  /** Seconds from a fault until all was decided that had come by then, the longest; null without a fault. */
  recovery({decidedAt}: Finding): number | null {
    if (this.faults.length === 0) return null
    let longest = 0
    for (const fault of this.faults)
      for (const [id, sent] of this.feed.sentAt) {
        const decided = decidedAt.get(id)
        if (sent <= fault && decided !== undefined) longest = Math.max(longest, decided - fault)
      }
    return Math.round(longest / 100) / 10
  }

  async clear(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.end('SIGKILL')))
    await this.feed.close()
    await this.topics.remove()
    await this.redis.remove()
  }
}

/** Rejects with what was waited for. */
export async function until(
  isSo: () => Promise<boolean> | boolean,
  what: string,
  limitMs = LIMIT_MS,
): Promise<void> {
  const giveUpAt = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`in vain it was waited for ${what}`)
    await sleep(POLL_MS)
  }
}
