/*
 * Commits and loads of the Redis state store beside what Redis does for plain writes in the same minute, and memory per
 * key. Writes to the server that is named, under a namespace that it removes.
 *
 *   node --import ./test/support/kill/typescript-loader.mjs bench/micro/redis-state.ts redis://127.0.0.1:6379 [commits]
 */
import {Redis} from 'ioredis'
import {RedisConnection} from '../../src/adapters/redis/redis-connection.js'
import {RedisStateStore} from '../../src/adapters/redis/state-store.js'
import {
  at,
  checkpoint,
  commitOf,
  decisionRecord,
  keyChange,
  outboxEntry,
  transaction,
} from '../../test/conformance/samples.js'

const BATCH = 512
const USERS = 50_000
const LOADS = 50

const FIELDS = {
  ...{amount: 12.5, amount_usd: 12.5, merchant_id: 'm123', card_id: 'c123456', device_id: 'd83838383'},
  ...{country: 'US', mcc: '5411', channel: 'online', lat: 40.71, lon: -74.01},
}

const [url = 'redis://127.0.0.1:6379', commits = '200'] = process.argv.slice(2)
const client = new Redis(url)
const connection = new RedisConnection(client)
const namespace = `bench-${process.pid}`
const store = new RedisStateStore(connection, {namespace})
const userOf = (n: number) => `user-${(n * 7919) % USERS}`

async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return Math.round((count / (performance.now() - begun)) * 1_000)
}

/** One event of one user each, with what a transaction without rule hits leaves: history, judgement, listing, decision. */
function batchAt(epoch: number, number: number) {
  const numbers = Array.from({length: BATCH}, (_, i) => number * BATCH + i)
  return commitOf(epoch, number * BATCH, (number + 1) * BATCH, {
    keys: numbers.map((n) =>
      keyChange(userOf(n), {
        appended: [transaction(`tx-${n}`, at(n), FIELDS)],
        judgement: {
          rules: [],
          decisions: [{transaction: `tx-${n}`, decision: 'approve', revision: 0, hits: []}],
        },
        expiry: at(n),
      }),
    ),
    outbox: outboxEntry(number + 1, {decisions: numbers.map((n) => decisionRecord(`tx-${n}`))}),
    checkpoint: checkpoint((number + 1) * BATCH, {outboxSequence: number + 1}),
    publishedUpTo: number,
  })
}

async function plainWrites(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const pipeline = client.pipeline()
    for (let n = 0; n < BATCH; n++) pipeline.set(`${namespace}:plain:${n}`, 'x'.repeat(100))
    await pipeline.exec()
  }
}

async function usedMemory(): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1])
}

/** CPU time of the server so far, in µs: on a busy machine it tells more than the clock. */
async function serverCpu(): Promise<number> {
  const info = await client.info('cpu')
  const [user, sys] = ['user', 'sys'].map((kind) =>
    Number(new RegExp(`used_cpu_${kind}:([0-9.]+)`).exec(info)?.[1]),
  )
  return ((user ?? 0) + (sys ?? 0)) * 1e6
}

const count = Number(commits)
const serverAtStart = await serverCpu()
const plain = await perSecond(100 * BATCH, () => plainWrites(100))
const plainCpu = (await serverCpu()) - serverAtStart
const memoryBefore = await usedMemory()
const {epoch} = await store.open(0)
const latencies: number[] = []
const cpuBefore = process.cpuUsage()
const events = await perSecond(count * BATCH, async () => {
  for (let i = 0; i < count; i++) {
    const batch = batchAt(epoch, i)
    const begun = performance.now()
    await store.commit(0, batch)
    latencies.push(performance.now() - begun)
  }
})
const cpu = process.cpuUsage(cpuBefore)
const commitCpu = (await serverCpu()) - serverAtStart - plainCpu
const memory = (await usedMemory()) - memoryBefore
const keys = Math.min(USERS, count * BATCH)
const loads = await perSecond(LOADS * BATCH, async () => {
  for (let i = 0; i < LOADS; i++) {
    const asked = Array.from({length: BATCH}, (_, n) => userOf(i * BATCH + n))
    await store.load(0, asked)
  }
})
latencies.sort((a, b) => a - b)
const quantile = (part: number) => Number(latencies[Math.floor((count - 1) * part)]?.toFixed(1))
console.log(
  JSON.stringify({
    plain_sets_per_second: plain,
    events_committed_per_second: events,
    commits_per_second: Math.round(events / BATCH),
    commit_ms: {p50: quantile(0.5), p99: quantile(0.99)},
    server_cpu_us_per_plain_set: Number((plainCpu / (100 * BATCH)).toFixed(1)),
    server_cpu_us_per_event: Number((commitCpu / (count * BATCH)).toFixed(1)),
    client_cpu_us_per_event: Number(((cpu.user + cpu.system) / (count * BATCH)).toFixed(1)),
    keys_loaded_per_second: loads,
    bytes_per_key: Math.round(memory / keys),
    events_per_key: Number(((count * BATCH) / keys).toFixed(1)),
  }),
)
for await (const found of client.scanStream({match: `${namespace}:*`, count: 5_000}))
  if ((found as string[]).length > 0) await client.unlink(found as string[])
connection.close()
