import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import type {DecisionRecord} from '../../src/core/decision/records.js'
import {RecordedScene} from '../support/services/recorded-scene.js'
import {redisCopy} from '../support/services/redis-copy.js'
import {TEST_KAFKA, TEST_REDIS, type TestTopics} from '../support/services/test-kafka.js'
import {topicRecords} from '../support/services/topic-contents.js'

/** Marks are written a little after what they tell of. */
const UNTIL_MARKED_MS = 1_000

/** The ids under which decisions were first said, each as often as that was: rules by other keys may have to revise them again. */
async function firstDecisions({kafka, names}: TestTopics): Promise<readonly string[]> {
  const records = await topicRecords<DecisionRecord>(kafka, names.decisions)
  return records.flatMap(({id, value}) => (value.revision === 0 ? [id] : [])).sort()
}

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'an older file of Redis, restored while no worker runs',
  {timeout: 300_000},
  () => {
    let scene: RecordedScene

    beforeAll(async () => {
      scene = await RecordedScene.prepare()
    }, 400_000)
    afterAll(() => scene.dispose())

    it('is noticed at the next start, and nothing is said twice', async () => {
      await scene.run(async ({start, done, topics}) => {
        const first = start()
        await done(0.3)
        const setBack = await redisCopy(topics.namespace)
        await done(1)
        const readAll = async () => (await first.ledger()).total.transactions?.in === scene.transactions
        await vi.waitUntil(readAll, 60_000)
        await sleep(UNTIL_MARKED_MS)
        await first.end('SIGTERM')
        const said = await firstDecisions(topics)
        expect(said.length).toBeGreaterThan(1_000)

        await setBack()
        const second = start()
        const builtLines = () => second.logLines().filter(({msg}) => msg?.includes('records were news'))
        await vi.waitUntil(() => builtLines().length === 4, 120_000)
        const noticed = second.logLines().filter(({msg}) => msg?.includes('was set back'))
        expect(new Set(noticed.map(({partition}) => partition))).toEqual(new Set([0, 1, 2, 3]))
        expect(await firstDecisions(topics)).toEqual(said)
      })
    })
  },
)
