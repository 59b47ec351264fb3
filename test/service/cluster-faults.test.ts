import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {flush} from '../support/services/flush.js'
import {RecordedScene} from '../support/services/recorded-scene.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'

/** Longer than the group waits for a member. */
const LOST_MS = 14_000

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'final alerts and decisions stay the same',
  {timeout: 300_000},
  () => {
    let scene: RecordedScene

    beforeAll(async () => {
      scene = await RecordedScene.prepare()
    }, 400_000)
    afterAll(() => scene.dispose())

    it('when a worker stands still for so long that others take its partitions, and then goes on', async () => {
      await scene.run(async ({start, done}) => {
        const [still] = [start(), start()]
        await done(0.2)
        still.signal('SIGSTOP')
        await sleep(LOST_MS)
        still.signal('SIGCONT')
        await done(1)
        expect(still.isRunning).toBe(true)
      })
    })

    it('when Redis loses everything, and the state is built anew from the log', async () => {
      await scene.run(async ({start, done, topics}) => {
        const worker = start()
        await done(0.3)
        await flush(topics.namespace)
        await done(1)
        expect(worker.output).toContain('is lost')
      })
    })
  },
)
