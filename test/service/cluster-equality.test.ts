import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {inspect} from 'node:util'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {AlertRecord, DecisionRecord} from '../../src/core/decision/records.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {triplineJson} from '../support/process/tripline.js'
import {ClusterWorker} from '../support/services/cluster-worker.js'
import {Feed, type PlacedLine, placedLines} from '../support/services/fed-topics.js'
import {TEST_KAFKA, TEST_REDIS, type TestTopics, testTopics} from '../support/services/test-kafka.js'
import {topicContents} from '../support/services/topic-contents.js'
import {userRules} from '../support/services/user-rules.js'

const PARTITIONS = 4
const DONE_LIMIT_MS = 60_000

/** What two runs must agree on. */
interface Finals {
  readonly alerts: readonly unknown[]
  readonly decisions: readonly unknown[]
}

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'recorded events through a cluster',
  () => {
    let folder: string
    let rules: string
    let lines: readonly PlacedLine[]
    let expected: Finals

    beforeAll(async () => {
      await ensureBuilt()
      folder = await mkdtemp(join(tmpdir(), 'tripline-cluster-'))
      rules = await userRules(join(folder, 'rules'))
      const recorded = join(folder, 'recorded.ndjson')
      const size = ['--users', '300', '--days', '6', '--rate', '6', '--seed', '11', '--frauds', '4']
      await triplineJson(['simulate', 'scenario', '--out', recorded, ...size])
      lines = placedLines((await readFile(recorded, 'utf8')).split('\n'), PARTITIONS)
      const out = join(folder, 'out')
      await triplineJson(['replay', '--input', recorded, '--out', out, '--rules', rules, '--no-model'])
      expected = finalsOf(
        await ndjson<AlertRecord>(join(out, 'alerts.final.ndjson')),
        await ndjson<DecisionRecord>(join(out, 'decisions.final.ndjson')),
      )
      expect(expected.alerts.length).toBeGreaterThan(10)
    })
    afterAll(() => rm(folder, {recursive: true, force: true}))

    it('one worker says what the replay says', async () => {
      await scene(async (start) => {
        start()
      })
    })

    it('so do two, of which one is told to end on the way', async () => {
      await scene(async (start, done) => {
        const [first] = [start(), start()]
        await done(0.2)
        expect(await first.end('SIGTERM')).toEqual({code: 0, signal: null})
      })
    })

    it('so do four, of which one is killed and one comes later', async () => {
      await scene(async (start, done) => {
        const [first] = [start(), start(), start()]
        await done(0.2)
        await first.end('SIGKILL')
        await done(0.4)
        start()
      })
    })

    /**
     * Puts the recording on the topics, lets `play` start and end workers, and compares what they said with the replay.
     * `done` waits until so large a part of the transactions was decided.
     */
    async function scene(
      play: (start: () => ClusterWorker, done: (part: number) => Promise<void>) => Promise<void>,
    ): Promise<void> {
      const topics = await testTopics(PARTITIONS)
      const feed = new Feed(topics, PARTITIONS)
      const workers: ClusterWorker[] = []
      const transactions = lines.filter(({stream}) => stream === 'transactions').length
      const start = () => {
        const worker = new ClusterWorker({namespace: topics.namespace, rules})
        workers.push(worker)
        return worker
      }
      const done = async (part: number) => {
        while ((await topics.count(topics.names.decisions)) < part * transactions) await sleep(50)
      }
      try {
        await feed.send(lines)
        await play(start, done)
        expect(difference(await untilEqual(topics, expected), expected)).toEqual(NO_DIFFERENCE)
        const running = workers.filter(({isRunning}) => isRunning)
        const ledgers = await Promise.all(running.map((worker) => worker.ledger()))
        expect(ledgers.every(({balanced}) => balanced)).toBe(true)
        expect(ledgers.reduce((sum, {total}) => sum + (total.transactions?.in ?? 0), 0)).toBe(transactions)
        for (const worker of running) expect(await worker.end('SIGTERM')).toEqual({code: 0, signal: null})
      } catch (error) {
        throw new Error(
          `${inspect(error, {depth: 9, breakLength: 300})}\n${workers.map(({output}) => output).join('\n---\n')}`,
        )
      } finally {
        await Promise.all(workers.map((worker) => worker.end('SIGKILL')))
        await feed.close()
        await topics.remove()
      }
    }
  },
)

/** What was published, as it stands when it is what is expected, or does not become so. */
async function untilEqual({kafka, names}: TestTopics, expected: Finals): Promise<Finals> {
  const giveUpAt = performance.now() + DONE_LIMIT_MS
  for (;;) {
    const finals = finalsOf(
      standing(await topicContents<AlertRecord>(kafka, names.alerts)),
      newest(
        await topicContents<DecisionRecord>(kafka, names.decisions),
        (of) => `${of.user_id} ${of.transaction_id}`,
      ),
    )
    const isEqual = JSON.stringify(finals) === JSON.stringify(expected)
    if (isEqual || performance.now() > giveUpAt) return finals
    await sleep(500)
  }
}

const NO_DIFFERENCE = {missing: [], unexpected: []}

function difference(found: Finals, expected: Finals) {
  const textsOf = ({alerts, decisions}: Finals) =>
    [...alerts, ...decisions].map((item) => JSON.stringify(item))
  const [before, after] = [new Set(textsOf(expected)), new Set(textsOf(found))]
  return {
    missing: [...before].filter((text) => !after.has(text)).slice(0, 10),
    unexpected: [...after].filter((text) => !before.has(text)).slice(0, 10),
  }
}

function standing(alerts: readonly AlertRecord[]): readonly AlertRecord[] {
  return newest(alerts, ({alert_id}) => alert_id).filter(({type}) => type !== 'alert.retracted')
}

function newest<T extends {readonly revision: number}>(
  records: readonly T[],
  idOf: (record: T) => string,
): T[] {
  const byId = new Map<string, T>()
  for (const record of records) {
    const known = byId.get(idOf(record))
    if (known === undefined || record.revision > known.revision) byId.set(idOf(record), record)
  }
  return [...byId.values()]
}

function finalsOf(alerts: readonly AlertRecord[], decisions: readonly DecisionRecord[]): Finals {
  return {
    alerts: sorted(
      alerts.map(({alert_id, rule, key, anchor, event_time, events}) => ({
        alert_id,
        rule,
        key,
        anchor,
        event_time,
        events,
      })),
    ),
    decisions: sorted(
      decisions.map(({user_id, transaction_id, decision, rules}) => ({
        user_id,
        transaction_id,
        decision,
        rules: sorted(rules),
      })),
    ),
  }
}

function sorted<T>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

async function ndjson<T>(file: string): Promise<readonly T[]> {
  return (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T)
}
