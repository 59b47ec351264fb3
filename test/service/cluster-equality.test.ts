import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {RecordedScene} from '../support/services/recorded-scene.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'recorded events through a cluster',
  {timeout: 300_000},
  () => {
    let scene: RecordedScene

    beforeAll(async () => {
      scene = await RecordedScene.prepare()
    }, 400_000)
    afterAll(() => scene.dispose())

    it('one worker says what the replay says', async () => {
      await scene.run(async ({start}) => {
        start()
      })
    })

    it('so do two, of which one is told to end on the way', async () => {
      await scene.run(async ({start, done}) => {
        const [first] = [start(), start()]
        await done(0.2)
        expect(await first.end('SIGTERM')).toEqual({code: 0, signal: null})
      })
    })

    it('so do four, of which one is killed and one comes later', async () => {
      await scene.run(async ({start, done}) => {
        const [first] = [start(), start(), start()]
        await done(0.2)
        await first.end('SIGKILL')
        await done(0.4)
        start()
      })
    })
  },
)
