import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {inspect} from 'node:util'
import {expect} from 'vitest'
import type {AlertRecord, DecisionRecord} from '../../../src/core/decision/records.js'
import {ensureBuilt, PROJECT} from '../process/built-program.js'
import {triplineJson} from '../process/tripline.js'
import {ClusterWorker} from './cluster-worker.js'
import {Feed, type PlacedLine, placedLines} from './fed-topics.js'
import {type Finals, finalsOf, ndjsonRecords, newestRevisions, standingAlerts} from './finals.js'
import {withBursts} from './shared-key-bursts.js'
import {type TestTopics, testTopics} from './test-kafka.js'
import {topicContents} from './topic-contents.js'

const PARTITIONS = 4
const DONE_LIMIT_MS = 150_000
const TRAFFIC = ['--users', '300', '--days', '6', '--rate', '6', '--seed', '11', '--frauds', '4']
const NO_DIFFERENCE = {missing: [], unexpected: []}

/** What happens to the workers while they read the recording. */
export interface Play {
  readonly topics: TestTopics
  start(env?: {readonly [name: string]: string}): ClusterWorker
  /** Waits until so large a part of the transactions was decided. */
  done(part: number): Promise<void>
}

/** A recording, and what the replay says about it: workers that read it from Kafka have to say the same. */
export class RecordedScene {
  private constructor(
    private readonly folder: string,
    private readonly rules: string,
    private readonly lines: readonly PlacedLine[],
    private readonly expected: Finals,
  ) {}

  static async prepare(): Promise<RecordedScene> {
    await ensureBuilt()
    const folder = await mkdtemp(join(tmpdir(), 'tripline-cluster-'))
    const rules = join(PROJECT, 'cep-rules')
    const recorded = join(folder, 'recorded.ndjson')
    await triplineJson(['simulate', 'scenario', '--out', recorded, ...TRAFFIC])
    const events = withBursts((await readFile(recorded, 'utf8')).split('\n'))
    await writeFile(recorded, events.join('\n'))
    const out = join(folder, 'out')
    await triplineJson(['replay', '--input', recorded, '--out', out, '--rules', rules, '--no-model'])
    const alerts = await ndjsonRecords<AlertRecord>(join(out, 'alerts.final.ndjson'))
    const expected = finalsOf(
      alerts,
      await ndjsonRecords<DecisionRecord>(join(out, 'decisions.final.ndjson')),
    )
    if (expected.alerts.length < 20) throw new Error('the recording says too little')
    const keys = new Set(alerts.map(({key}) => key.name))
    const unsaid = ['merchant_id', 'device_id', 'ip'].filter((name) => !keys.has(name))
    if (unsaid.length > 0) throw new Error(`the recording says nothing about any ${unsaid.join(', ')}`)
    const lines = placedLines(events, PARTITIONS)
    return new RecordedScene(folder, rules, lines, expected)
  }

  async dispose(): Promise<void> {
    await rm(this.folder, {recursive: true, force: true})
  }

  /** Puts the recording on topics of its own, lets `play` start and end workers, and compares what they said with the replay. */
  async run(play: (scene: Play) => Promise<void>): Promise<void> {
    const topics = await testTopics(PARTITIONS)
    const feed = new Feed(topics, PARTITIONS)
    const workers: ClusterWorker[] = []
    const start = (env: {readonly [name: string]: string} = {}) => {
      const worker = new ClusterWorker({namespace: topics.namespace, rules: this.rules, env})
      workers.push(worker)
      return worker
    }
    const done = async (part: number) => {
      const giveUpAt = performance.now() + DONE_LIMIT_MS
      while ((await topics.count(topics.names.decisions)) < part * this.expected.decisions.length) {
        if (performance.now() > giveUpAt)
          throw new Error(`less than ${part} of the transactions were decided`)
        await sleep(50)
      }
    }
    try {
      await feed.send(this.lines)
      await play({topics, start, done})
      expect(await this.differenceIn(topics)).toEqual(NO_DIFFERENCE)
      await this.expectBalance(workers.filter(({isRunning}) => isRunning))
    } catch (error) {
      const said = workers.map(({output}) => output).join('\n---\n')
      throw new Error(`${inspect(error, {depth: 9, breakLength: 300})}\n${said}`)
    } finally {
      await Promise.all(workers.map((worker) => worker.end('SIGKILL')))
      await feed.close()
      await topics.remove()
    }
  }

  get transactions(): number {
    return this.lines.filter(({stream}) => stream === 'transactions').length
  }

  /** Every input is accounted for by the workers that are left, which end when they are told to. */
  private async expectBalance(workers: readonly ClusterWorker[]): Promise<void> {
    const giveUpAt = performance.now() + DONE_LIMIT_MS
    for (;;) {
      const ledgers = await Promise.all(workers.map((worker) => worker.ledger()))
      const count = ledgers.reduce((sum, {total}) => sum + (total.transactions?.in ?? 0), 0)
      // Who stood still tells of partitions that others have until it learns that they do.
      if (count !== this.transactions && performance.now() < giveUpAt) {
        await sleep(200)
        continue
      }
      expect(count).toBe(this.transactions)
      expect(ledgers.every(({balanced}) => balanced)).toBe(true)
      break
    }
    for (const worker of workers) expect(await worker.end('SIGTERM')).toEqual({code: 0, signal: null})
  }

  /** Between what was published, as it stands when nothing differs or nothing changes it any more, and the replay. */
  private async differenceIn({kafka, names}: TestTopics): Promise<typeof NO_DIFFERENCE> {
    const giveUpAt = performance.now() + DONE_LIMIT_MS
    for (;;) {
      const finals = finalsOf(
        standingAlerts(await topicContents<AlertRecord>(kafka, names.alerts)),
        newestRevisions(
          await topicContents<DecisionRecord>(kafka, names.decisions),
          ({user_id, transaction_id}) => `${user_id} ${transaction_id}`,
        ),
      )
      const found = difference(finals, this.expected)
      const isEqual = found.missing.length + found.unexpected.length === 0
      if (isEqual || performance.now() > giveUpAt) return found as typeof NO_DIFFERENCE
      await sleep(500)
    }
  }
}

function difference(found: Finals, expected: Finals) {
  const textsOf = ({alerts, decisions}: Finals) =>
    [...alerts, ...decisions].map((item) => JSON.stringify(item))
  const [before, after] = [new Set(textsOf(expected)), new Set(textsOf(found))]
  return {
    missing: [...before].filter((text) => !after.has(text)).slice(0, 10),
    unexpected: [...after].filter((text) => !before.has(text)).slice(0, 10),
  }
}
