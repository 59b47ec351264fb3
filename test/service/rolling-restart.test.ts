import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {EdgeScene} from '../support/services/edge-scene.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'

const RATE = 40
/** Partitions change hands in tenths of a second, and in seconds where other tests have the processors. */
const DEADLINE_MS = 5_000
const USERS = 40
const LOOK_EVERY_MS = 100

/** Asks for decisions at a steady rate, of whichever worker says that it is ready; of another where nobody answers. */
class Client {
  readonly statuses = new Map<number | string, number>()
  fallbacks = 0
  asked = 0
  private readonly ready = new Set<string>()
  private readonly looking: Promise<void>[] = []
  private isOver = false
  private asking: Promise<void> = Promise.resolve()
  private readonly open = new Set<Promise<void>>()

  constructor(private readonly scene: EdgeScene) {}

  begin(): void {
    this.asking = this.ask()
  }

  async end(): Promise<void> {
    this.isOver = true
    await this.asking
    await Promise.all([...this.open, ...this.looking])
  }

  /** From now on this one is among those who may be asked. */
  goTo(worker: ClusterWorker): void {
    this.looking.push(this.look(worker))
  }

  private async look(worker: ClusterWorker): Promise<void> {
    const url = await worker.url()
    while (!this.isOver && worker.isRunning) {
      const answer = await fetch(`${url}/health/ready`).catch(() => undefined)
      if (answer?.ok === true) this.ready.add(url)
      else this.ready.delete(url)
      await sleep(LOOK_EVERY_MS)
    }
    this.ready.delete(url)
  }

  private async ask(): Promise<void> {
    const begun = performance.now()
    while (!this.isOver) {
      const due = (this.asked * 1_000) / RATE - (performance.now() - begun)
      if (due > 0) await sleep(due)
      const one: Promise<void> = this.decide(this.asked++).finally(() => this.open.delete(one))
      this.open.add(one)
    }
  }

  private async decide(number: number): Promise<void> {
    const answer = await this.answerTo(number)
    const status = answer instanceof Error ? String(answer.cause ?? answer) : answer.status
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
    if (answer instanceof Error || !answer.ok) return
    const {degraded} = (await answer.json()) as {degraded: readonly string[]}
    if (degraded.includes('deadline')) this.fallbacks++
  }

  private async answerTo(number: number): Promise<Response | Error> {
    const transaction = {transaction_id: `t${number}`, user_id: `u${number % USERS}`, amount: 10}
    const body = JSON.stringify({...transaction, event_time: Date.now()})
    let failure = new Error('no worker is ready')
    for (let tries = 0; tries < 3; tries++) {
      const urls = [...this.ready]
      const url = urls[(number + tries) % urls.length]
      const answer = await fetch(`${url}/v1/decisions?deadline_ms=${DEADLINE_MS}`, {
        method: 'POST',
        headers: {...this.scene.authorization('shop'), 'content-type': 'application/json'},
        body,
      }).catch((error: Error) => error)
      if (!(answer instanceof Error)) return answer
      failure = answer
    }
    return failure
  }
}

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'a rolling restart under load',
  {timeout: 180_000},
  () => {
    let scene: EdgeScene
    let workers: ClusterWorker[]

    beforeAll(async () => {
      scene = await EdgeScene.begin({partitions: 4, env: {TRIPLINE_HTTP_DRAIN: '2s'}})
      workers = [await scene.start(), await scene.start()]
      await scene.settled(...workers)
    })
    afterAll(() => scene.end())

    test('answers without an error, and at most one decision of a hundred by the fallback', async () => {
      const client = new Client(scene)
      for (const worker of workers) client.goTo(worker)
      await sleep(1_000)
      client.begin()
      await sleep(2_000)
      for (const old of [...workers]) {
        expect(await old.end('SIGTERM')).toEqual({code: 0, signal: null})
        const next = await scene.start()
        workers = [...workers.filter((worker) => worker !== old), next]
        client.goTo(next)
        await scene.settled(...workers)
        await sleep(2_000)
      }
      await client.end()
      const {asked, fallbacks, statuses} = client
      expect(asked).toBeGreaterThan(300)
      expect([...statuses]).toEqual([[200, asked]])
      expect(fallbacks / asked).toBeLessThanOrEqual(0.01)
    })
  },
)
