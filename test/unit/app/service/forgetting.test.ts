import {ClassicLevel} from 'classic-level'
import {afterEach, expect, onTestFinished, test, vi} from 'vitest'
import {EmbeddedDatabase} from '../../../../src/adapters/embedded/database.js'
import {ApiScene} from '../../../api/support/api-scene.js'

const USER = 'usr-7d1f93aa'

afterEach(() => vi.restoreAllMocks())

/** Lets the writes to disk fail from the nth on, as they would if the process were gone. Returns how many there were. */
function failFrom(nth: number): () => number {
  let writes = 0
  const original = ClassicLevel.prototype.batch
  vi.spyOn(ClassicLevel.prototype, 'batch').mockImplementation(function (this: unknown, ...args: unknown[]) {
    writes++
    if (writes >= nth) return Promise.reject(new Error('the disk is gone'))
    return Reflect.apply(original, this, args)
  } as typeof ClassicLevel.prototype.batch)
  return () => writes
}

async function holding(dataDir: string): Promise<readonly string[]> {
  const database = await EmbeddedDatabase.open(dataDir)
  const found: string[] = []
  for await (const [key, value] of database.level.iterator())
    if ((key + value).includes(USER)) found.push(key)
  await database.close()
  return found
}

test('an erasure that ends at any of its writes is done by the next start, and counts stay as they were', async () => {
  const scene = await ApiScene.begin()
  onTestFinished(() => scene.removeFolder())
  await scene.send(
    {transaction_id: 't1', user_id: USER, amount: 2_000},
    {transaction_id: 'o', user_id: 'u2', amount: 2_000},
  )
  await scene.send(
    {transaction_id: 't1', user_id: USER, amount: 2_000},
    {transaction_id: 't2', user_id: USER, amount: -1},
  )
  const alert = await scene.alertOn('t1')
  await scene.ask(`POST /v1/alerts/${alert}/feedback`, {as: 'ana', body: {verdict: 'fraud'}})
  const before = (await scene.ask('GET /v1/ledger', {as: 'adam'})).body.total

  let interrupted = 0
  for (let nth = 1; ; nth++) {
    const writes = failFrom(nth)
    const asked = await scene.ask(`DELETE /v1/users/${USER}`, {as: 'adam'})
    await scene.service.parts.forgetting.finished()
    const wasWhole = writes() < nth
    vi.restoreAllMocks()
    await scene.stop()
    if (wasWhole) {
      expect(asked.status).toBe(202)
      break
    }
    interrupted++
    await scene.start()
    // What is on the log, or in the outbox, goes on by itself; a second call does the rest.
    await scene.ask(`DELETE /v1/users/${USER}`, {as: 'adam'})
    await scene.service.parts.forgetting.finished()
    await scene.stop()
    expect(await holding(scene.config.dataDir)).toEqual([])
    await scene.start()
    expect((await scene.ask('GET /v1/ledger', {as: 'adam'})).body).toMatchObject({
      total: before,
      balanced: true,
    })
    await scene.send({transaction_id: `again${nth}`, user_id: USER, amount: 2_000})
    before.transactions.in++
    before.transactions.accepted++
  }
  expect(interrupted).toBeGreaterThan(4)
}, 60_000)
