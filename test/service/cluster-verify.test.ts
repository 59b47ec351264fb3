import {Redis} from 'ioredis'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import type {StateVerdict} from '../../src/app/state/verify-state.js'
import {tripline} from '../support/process/tripline.js'
import {RecordedScene} from '../support/services/recorded-scene.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'state verify on a cluster',
  {timeout: 240_000},
  () => {
    let scene: RecordedScene

    beforeAll(async () => {
      scene = await RecordedScene.prepare()
    }, 240_000)
    afterAll(() => scene.dispose())

    it('finds that all follows from the topics, and what does not', async () => {
      await scene.run(async ({start, done, topics}) => {
        const worker = start()
        await done(1)
        // What is published last may come of the inputs before the last.
        await vi.waitUntil(
          async () => (await worker.ledger()).total.transactions?.in === scene.transactions,
          60_000,
        )
        const env = {
          TRIPLINE_PROFILE: 'cluster',
          TRIPLINE_NAMESPACE: topics.namespace,
          TRIPLINE_KAFKA_BROKERS: TEST_KAFKA ?? '',
          TRIPLINE_REDIS_URL: TEST_REDIS ?? '',
        }
        const found = await tripline(['state', 'verify', '--json'], {env})
        expect(found.stderr).toBe('')
        const verdict = JSON.parse(found.stdout) as StateVerdict
        expect(verdict.differences).toEqual([])
        expect(verdict.keys).toBeGreaterThan(100)
        expect(worker.output).not.toContain('is owned under epoch')

        const redis = new Redis(TEST_REDIS ?? '')
        const [damaged] = await redis.keys(`${topics.namespace}:1:{p0}:h:*`)
        const whole = (await redis.get(damaged ?? '')) ?? ''
        await redis.del(damaged ?? '')
        const {code, stdout} = await tripline(['state', 'verify'], {env})
        expect([code, stdout]).toEqual([1, expect.stringContaining('follows from the log and is not stored')])
        await redis.set(damaged ?? '', whole)
        redis.disconnect()
      })
    })
  },
)
