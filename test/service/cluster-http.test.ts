import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {ensureBuilt} from '../support/process/built-program.js'
import {ClusterWorker} from '../support/services/cluster-worker.js'
import {TEST_KAFKA, TEST_REDIS, type TestTopics, testTopics} from '../support/services/test-kafka.js'
import {userRules} from '../support/services/user-rules.js'

const NOW = new Date().toISOString()
const LARGE = {transaction_id: 't1', user_id: 'u1', amount: 25_000, type: 'withdrawal', event_time: NOW}

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)('events that come over HTTP', () => {
  let folder: string
  let topics: TestTopics
  let workers: readonly ClusterWorker[]
  let urls: readonly string[]

  beforeAll(async () => {
    await ensureBuilt()
    folder = await mkdtemp(join(tmpdir(), 'tripline-http-'))
    const rules = await userRules(join(folder, 'rules'))
    topics = await testTopics(2)
    workers = [1, 2].map(() => new ClusterWorker({namespace: topics.namespace, rules, model: 'champion'}))
    urls = await Promise.all(workers.map((worker) => worker.url()))
  })
  afterAll(async () => {
    const ends = await Promise.all(workers.map((worker) => worker.end('SIGTERM')))
    await topics.remove()
    await rm(folder, {recursive: true, force: true})
    expect(ends).toEqual([
      {code: 0, signal: null},
      {code: 0, signal: null},
    ])
  })

  const post = async (url: string, stream: string, events: unknown) => {
    const answer = await fetch(`${url}/v1/events/${stream}`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(events),
    })
    return {status: answer.status, body: await answer.json()}
  }

  it('are judged by whichever worker has the user, and every worker shows the alert', async () => {
    expect(
      await post(urls[0] as string, 'transactions', [LARGE, {...LARGE, transaction_id: 't2', user_id: 'u2'}]),
    ).toEqual({
      status: 202,
      body: {results: [{status: 'accepted'}, {status: 'accepted'}]},
    })
    for (const url of urls) {
      const anchors = await untilFound(async () => {
        const answer = await fetch(`${url}/v1/alerts?rule=very-large-withdrawal`)
        const {items} = (await answer.json()) as {items: {anchor: {id: string}}[]}
        return items.length === 2 ? items.map(({anchor}) => anchor.id).sort() : undefined
      })
      expect(anchors).toEqual(['t1', 't2'])
    }
  })

  it('say at once what is wrong with them, and are accounted for', async () => {
    const {status, body} = await post(urls[1] as string, 'transactions', [
      {user_id: 'u1'},
      {...LARGE, note: '4111 1111 1111 1111'},
    ])
    expect(status).toBe(202)
    expect(body).toMatchObject({
      results: [
        {status: 'dead_lettered', code: 'bad_schema'},
        {status: 'dead_lettered', code: 'looks_like_pan'},
      ],
    })
    const deadLettered = await untilFound(async () => {
      const ledgers = await Promise.all(workers.map((worker) => worker.ledger()))
      const count = ledgers.reduce((sum, {total}) => sum + (total.transactions?.dead_lettered ?? 0), 0)
      return count === 2 ? count : undefined
    })
    expect(deadLettered).toBe(2)
    // What a commit says is published after it.
    const published = await untilFound(async () => {
      const count = await topics.count(topics.names.deadLetters)
      return count === 2 ? count : undefined
    })
    expect(published).toBe(2)
  })

  it('show in the metrics of the worker that judged and scored them', async () => {
    const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()))
    const sumOf = (name: string) =>
      texts
        .flatMap((text) => text.split('\n'))
        .filter((line) => line.startsWith(name))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
    const accepted = [0, 1].map(
      (partition) =>
        `tripline_input_fates_total{partition="${partition}",stream="transactions",fate="accepted"}`,
    )
    expect(sumOf(accepted[0] as string) + sumOf(accepted[1] as string)).toBe(2)
    expect(sumOf('tripline_event_to_decision_seconds_count')).toBe(2)
    expect(sumOf('tripline_decision_score_count')).toBe(2)
    // The model that is shipped learnt from merchants, devices and addresses, which two partitions cannot serve.
    expect(sumOf('tripline_decisions_degraded_total{cause="features"}')).toBe(2)
  })
})

async function untilFound<T>(find: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let left = 150; left > 0; left--) {
    const found = await find()
    if (found !== undefined) return found
    await sleep(100)
  }
  return undefined
}
