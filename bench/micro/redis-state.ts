import {Redis} from 'ioredis'
import {RedisConnection} from '../../src/adapters/redis/redis-connection.js'
import {RedisStateStore} from '../../src/adapters/redis/state-store.js'
import {checkpoint, commitOf, decisionRecord, keyChange, outboxEntry, transaction, at} from '../../test/conformance/samples.js'
import {JUDGEMENT} from '../../test/conformance/state-store-harness.js'
const BATCH = 512, USERS = 50000, N = Number(process.argv[3] ?? 200)
const c = new RedisConnection(new Redis(process.argv[2]!))
const store = new RedisStateStore(c, {namespace: 'bench' + process.pid})
const {epoch} = await store.open(0)
const fields = {amount: 12.5, amount_usd: 12.5, merchant_id: 'm123', card_id: 'c123456', device_id: 'd83838383', country: 'US', mcc: '5411', channel: 'online', lat: 40.71, lon: -74.01}
const commits = Array.from({length: N}, (_, b) => {
  const ids = Array.from({length: BATCH}, (_, i) => b * BATCH + i)
  return commitOf(epoch, b * BATCH, (b + 1) * BATCH, {
    keys: ids.map((n) => keyChange(`user-${(n * 7919) % USERS}`, {appended: [transaction(`tx-${n}`, at(n), fields)], judgement: {rules: [], decisions: JUDGEMENT.decisions}, expiry: at(n)})),
    outbox: outboxEntry(b + 1, {decisions: ids.map((n) => decisionRecord(`tx-${n}`))}),
    checkpoint: checkpoint((b + 1) * BATCH, {outboxSequence: b + 1}), publishedUpTo: b,
  })
})
const lat: number[] = []
const cpu0 = process.cpuUsage(); let t = performance.now()
for (const k of commits) { const s = performance.now(); await store.commit(0, k); lat.push(performance.now() - s) }
let ms = performance.now() - t; const cpu = process.cpuUsage(cpu0)
lat.sort((a, b) => a - b)
console.log('commits/s', (N / ms * 1000).toFixed(0), 'events/s', (N * BATCH / ms * 1000).toFixed(0), 'p50', lat[N >> 1]!.toFixed(2), 'p99', lat[Math.floor(N * .99)]!.toFixed(2), 'client cpu us/event', ((cpu.user + cpu.system) / N / BATCH).toFixed(2))
t = performance.now(); let loaded = 0
for (let b = 0; b < 100; b++) { const r = await store.load(0, Array.from({length: BATCH}, (_, i) => `user-${((b * BATCH + i) * 7919) % USERS}`)); loaded += r.length }
ms = performance.now() - t
console.log('loads/s (keys)', (loaded / ms * 1000).toFixed(0))
console.log((await c.client.call('INFO', 'commandstats') as string).split('\r\n').filter((l) => /evalsha|append|cmdstat_set|zadd|mget|cmdstat_type/.test(l)).join('\n'))
const size = await (c.client as Redis).dbsize(); console.log('keys', size, (await (c.client as Redis).info('memory')).match(/used_memory:(\d+)/)![1])
c.close()
