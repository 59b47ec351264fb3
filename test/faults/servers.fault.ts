import {mkdir, rm} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect} from 'vitest'
import {saveUntil} from '../service/redis/save-until.js'
import {ensureBuilt} from '../support/process/built-program.js'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {experiment} from './support/experiment.js'
import {OwnKafka} from './support/own-kafka.js'
import {Recording} from './support/recording.js'
import {until} from './support/scene.js'

describe('Kafka and Redis in trouble', () => {
  let made: Promise<Recording>
  const recording = () => made

  beforeAll(async () => {
    await ensureBuilt()
    made = Recording.make()
    await made
  })
  afterAll(async () => (await made).remove())

  experiment(3, 'the broker is killed and comes back, twice', recording, async (scene) => {
    const kafka = new OwnKafka()
    const feeding = scene.feedAll(24_000)
    await Promise.all([scene.start().url(), scene.start().url()])
    for (let kills = 0; kills < 2; kills++) {
      await sleep(4_000)
      scene.fault()
      await kafka.kill()
      await kafka.bringUp()
    }
    await feeding
  })

  experiment(4, 'Redis is killed, and an older file of it restored', recording, async (scene) => {
    const feeding = scene.feedAll(16_000)
    scene.start()
    scene.start()
    await scene.decided(scene.transactions * 0.2)
    const setBack = await scene.redis.snapshot()
    await scene.decided(scene.transactions * 0.6)
    scene.fault()
    await setBack()
    await feeding
  })

  experiment(5, 'Redis is flushed under load, and again while no worker runs', recording, async (scene) => {
    const feeding = scene.feedAll(16_000)
    const first = scene.start()
    scene.start()
    await scene.decided(scene.transactions * 0.3)
    scene.fault()
    await scene.redis.ask((client) => client.flushall())
    await feeding
    await scene.decided(scene.transactions * 0.9)
    await Promise.all(scene.running.map((worker) => worker.end('SIGTERM')))
    scene.fault()
    await scene.redis.ask((client) => client.flushall())
    // Whoever is there first may find it of all partitions, and the other one goes on with what is being built.
    const again = [scene.start(), scene.start()]
    await until(
      () => again.some(({output}) => output.includes('is lost')),
      'a word about the state that is lost',
    )
    expect(first.output).toContain('is lost')
    await scene.judged()
    // The last entry of each outbox is said again, and no more than that.
    expect(await scene.topics.count(scene.topics.names.decisions)).toBeLessThan(1.2 * scene.transactions)
  })

  experiment(
    'upgrade',
    'a new generation of the state takes over beside the old one',
    recording,
    async (scene) => {
      const feeding = scene.feedAll(20_000)
      const old = [scene.start(), scene.start()]
      await scene.decided(scene.transactions * 0.3)
      const next = scene.start({TRIPLINE_REDIS_GENERATION: '2'})
      for (const worker of old) {
        expect(await worker.ended).toEqual({code: 3, signal: null})
        expect(worker.output).toContain('set redis.generation: 2')
      }
      expect(next.output).toContain('is built from the log')
      await feeding
      await scene.judged()
      expect(await scene.topics.count(scene.topics.names.decisions)).toBeLessThan(1.2 * scene.transactions)
    },
  )

  experiment(6, 'Redis has no memory left, then no disk', recording, async (scene) => {
    const {redis} = scene
    const feeding = scene.feedAll(16_000)
    const workers = [scene.start(), scene.start()]
    await scene.decided(scene.transactions * 0.2)
    scene.fault()
    await redis.ask((client) => client.config('SET', 'maxmemory', '1'))
    await until(() => arePaused(workers), 'a pause')
    await redis.ask((client) => client.config('SET', 'maxmemory', '0'))
    await scene.decided(scene.transactions * 0.5)
    await redis.ask((client) => client.config('SET', 'save', '3600 1000000'))
    await rm(redis.folder, {recursive: true})
    scene.fault()
    await saveUntil(redis, 'err')
    await until(() => arePaused(workers), 'a pause')
    await mkdir(redis.folder)
    await redis.ask((client) => client.config('SET', 'dir', redis.folder))
    await saveUntil(redis, 'ok')
    await feeding
    for (const {output} of workers) expect(output).toMatch(/Redis does not take.*OOM[\s\S]*Redis takes again/)
  })
})

/** Whether all of them say that they are not ready because of Redis, and go on to live. */
async function arePaused(workers: readonly ClusterWorker[]): Promise<boolean> {
  const states = await Promise.all(
    workers.map(async (worker) => {
      const url = await worker.url()
      const [ready, live] = await Promise.all([fetch(`${url}/health/ready`), fetch(`${url}/health/live`)])
      expect(live.status).toBe(200)
      return ready.status === 503 && (await ready.text()).includes('Redis')
    }),
  )
  return states.every(Boolean)
}
