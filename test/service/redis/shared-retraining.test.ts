import {setTimeout as sleep} from 'node:timers/promises'
import {Redis} from 'ioredis'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {type RetrainReport, RetrainRunningError} from '../../../src/adapters/http/retrain-service.js'
import {modelKeys} from '../../../src/adapters/redis/keyspace.js'
import {RedisRetrainState} from '../../../src/adapters/redis/learning/retrain-state.js'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import {SharedRetraining} from '../../../src/app/service/cluster/learning/shared-retraining.js'
import type {WallTime} from '../../../src/core/event/time.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

const MANUAL = {labels: 0, every: 0, maturity: 0}

describeOnRedis('the training of versions, shared by workers', (url) => {
  let namespace = ''
  const ends: (() => unknown)[] = []
  beforeEach(() => {
    namespace = freshNamespace()
  })
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
  })

  /** As of one more worker, whose training ends when the test says so. */
  function worker(settings = MANUAL) {
    const connection = new RedisConnection(new Redis(url))
    const state = new RedisRetrainState(connection, {namespace})
    const reports: RetrainReport[] = []
    let runs = 0
    let finish: (() => void) | undefined
    let fail: ((error: Error) => void) | undefined
    const train = () => {
      const version = ++runs
      return new Promise<{version: number; detail: string}>((resolve, reject) => {
        finish = () => resolve({version, detail: 'learnt'})
        fail = reject
      })
    }
    const retraining = new SharedRetraining({
      ...{settings, state, train, clock: {now: () => Date.now() as WallTime}},
      onReport: (report) => reports.push(report),
      onTrouble: (error) => expect.fail(error.message),
    })
    ends.push(async () => {
      fail?.(new Error('cut off'))
      await retraining.stop()
      connection.close()
    })
    return {
      ...{retraining, state, reports, connection},
      runs: () => runs,
      finish: () => finish?.(),
      stop: async () => {
        const stopped = retraining.stop()
        fail?.(new Error('cut off'))
        await stopped
      },
    }
  }

  test('is begun by one at a time, and all of them tell what came of it', async () => {
    const [one, other] = [worker(), worker()]
    await one.retraining.start()
    await expect(other.retraining.start()).rejects.toThrow(RetrainRunningError)
    expect(await other.retraining.status()).toMatchObject({running: true, last: null})
    one.finish()
    await expect
      .poll(() => other.retraining.status())
      .toMatchObject({
        running: false,
        last: {trigger: 'request', outcome: 'trained', version: 1},
      })
    await other.retraining.start()
    expect([one.runs(), other.runs()]).toEqual([1, 1])
  })

  test('begins after so many verdicts of all of them, once', async () => {
    const settings = {...MANUAL, labels: 10}
    const [one, other] = [worker(settings), worker(settings)]
    for (const {retraining} of [one, other]) retraining.noteVerdicts(4)
    await sleep(2_500)
    expect(one.runs() + other.runs()).toBe(0)
    one.retraining.noteVerdicts(2)
    await expect.poll(() => one.runs() + other.runs(), {timeout: 5_000}).toBe(1)
    for (const {finish} of [one, other]) finish()
    await expect.poll(async () => (await one.retraining.status()).last?.trigger).toBe('labels')
    await sleep(2_500)
    expect([one.runs() + other.runs(), (await one.retraining.status()).verdicts]).toEqual([1, 0])
  })

  test('is taken up by another where the worker stops or dies; given up where workers die over it', async () => {
    const one = worker()
    await one.retraining.start()
    await one.stop()
    const other = worker()
    await expect.poll(other.runs, {timeout: 5_000}).toBe(1)
    other.finish()
    await expect.poll(() => other.reports).toMatchObject([{trigger: 'request', outcome: 'trained'}])
    // As three that died left it.
    await other.state.resume({trigger: 'schedule', startedAt: '2026-01-01T00:00:00.000Z', attempts: 3})
    await other.connection.client.del(modelKeys({namespace}).retrainLease)
    await expect
      .poll(() => other.reports.at(-1), {timeout: 5_000})
      .toMatchObject({trigger: 'schedule', outcome: 'failed', detail: '3 workers died over it'})
  })
})
