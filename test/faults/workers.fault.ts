import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect} from 'vitest'
import {ensureBuilt} from '../support/process/built-program.js'
import {experiment} from './support/experiment.js'
import {HttpFeed} from './support/http-feed.js'
import {Recording, withoutFuture} from './support/recording.js'

/** Longer than the group waits for a member. */
const LOST_MS = 14_000

describe('workers that come and go', () => {
  let made: Promise<Recording>
  const recording = () => made
  let other: Promise<Recording> | undefined
  const overHttp = () => {
    other ??= Recording.make({change: withoutFuture})
    return other
  }

  beforeAll(async () => {
    await ensureBuilt()
    made = Recording.make()
    await made
  })
  afterAll(async () => {
    await (await made).remove()
    await (await other)?.remove()
  })

  experiment(1, 'a worker is killed every few seconds under load', recording, async (scene) => {
    const feeding = scene.feedAll(20_000)
    scene.start()
    scene.start()
    for (let kills = 0; kills < 4; kills++) {
      const next = scene.start()
      await next.url()
      await sleep(2_000)
      scene.fault()
      await scene.running[0]?.end('SIGKILL')
    }
    await feeding
  })

  experiment(2, 'a worker stands still beyond its session, then goes on', recording, async (scene) => {
    const feeding = scene.feedAll(30_000)
    const still = scene.start()
    await still.url()
    await scene.decided(scene.transactions * 0.05)
    scene.start()
    await scene.decided(scene.transactions * 0.15)
    scene.fault()
    still.signal('SIGSTOP')
    await sleep(LOST_MS)
    still.signal('SIGCONT')
    await feeding
    await scene.decided(scene.transactions)
    expect(still.isRunning).toBe(true)
  })

  experiment(7, 'workers join and leave every few seconds', recording, async (scene) => {
    const feeding = scene.feedAll(24_000)
    await scene.start().url()
    for (const change of ['join', 'join', 'leave', 'join', 'join', 'leave', 'leave', 'leave'] as const) {
      await sleep(2_000)
      scene.fault()
      if (change === 'join') scene.start()
      else expect(await scene.running[0]?.end('SIGTERM')).toEqual({code: 0, signal: null})
    }
    await feeding
  })

  experiment(
    14,
    'workers are restarted one after the other under load',
    () => overHttp(),
    async (scene) => {
      await Promise.all([scene.start().url(), scene.start().url()])
      const feed = new HttpFeed(scene)
      const sent = scene.recording.lines.filter(
        ({stream}) => stream === 'transactions' || stream === 'locations',
      )
      const merchants = scene.recording.lines.filter((line) => !sent.includes(line))
      await scene.feedAll(0, merchants)
      const feeding = feed.send(sent)
      for (let restarts = 0; restarts < 2; restarts++) {
        await sleep(3_000)
        scene.fault()
        await scene.start().url()
        expect(await scene.running[0]?.end('SIGTERM')).toEqual({code: 0, signal: null})
      }
      await feeding
      const faults = [...feed.answers.keys()].filter((status) => status >= 500)
      expect(faults).toEqual([])
      const {count, names} = scene.topics
      scene.feed.expect('transactions', (await count(names.ofStream('transactions'))) + feed.refused)
    },
  )
})
