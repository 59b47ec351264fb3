// What is left behind: `npm run bench:memory [-- --keys 1000000 --events 1000000]`.
// 1. Keys that begin a pattern and never finish it: memory returns to the baseline after the retention.
// 2. One key with very many events: memory stays under the cap, and evaluations that reach the cap are flagged.
import {parseArgs} from 'node:util'
import {Line} from '../../dist/adapters/files/line-reader.js'
import {loadBundle} from '../../dist/app/bundle/load-bundle.js'
import {loadConfig} from '../../dist/app/config/load-config.js'
import {runReplay} from '../../dist/app/replay/run-replay.js'
import {saveResult} from './measure.mjs'

const {values} = parseArgs({
  options: {keys: {type: 'string', default: '1000000'}, events: {type: 'string', default: '1000000'}},
})
const keys = Number(values.keys)
const events = Number(values.events)
const START = Date.UTC(2026, 0, 1)
const HOUR_MS = 3_600_000
const MERCHANTS = 10_000
const LINES_PER_BLOCK = 2_000

const config = loadConfig({env: {}})
const bundle = await loadBundle(config)
const abandoned = await measure(abandonedKeys)
const hot = await measure(hotKey)
const idle = await idleUsers(10, 20_000)
const idleLong = await idleUsers(300, 1_000)
const {file} = saveResult('memory', {
  rules: bundle.rules.length,
  abandoned: {keys, ...abandoned},
  hot_key: {events, ...hot},
  idle,
  idle_long: idleLong,
})
console.log(file)

/** What users with so many events take who do nothing: heap and what is beside it, features included. */
async function idleUsers(perUser, users) {
  globalThis.gc()
  const inUse = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  const before = inUse()
  const partitions = await runReplay({
    lines: linesOf(perUser, users),
    bundle,
    publisher: {publish: async () => {}},
    servesFeatures: true,
  })
  globalThis.gc()
  const figures = {
    users,
    events_per_user: perUser,
    kilobytes_per_user: Number(((inUse() - before) / users / 1e3).toFixed(2)),
  }
  if (partitions.length !== 1) throw new Error('one partition was expected')
  console.log('idleUsers', figures)
  return figures
}

async function* linesOf(perUser, users) {
  for (let n = 0; n < perUser; n++) {
    const lines = []
    for (let user = 0; user < users; user++) {
      const time = START + n * 600_000 + user
      lines.push(
        Line.of(
          JSON.stringify(payment(`u${user}`, `t${user}-${n}`, time, 20 + (user % 97), `m${user % 1_000}`)),
        ),
      )
    }
    yield lines
  }
}

/** Heap in MB at each mark of the lines, after a full collection. */
async function measure(linesOf) {
  const heap = {}
  const partitions = await runReplay({
    lines: blocks(linesOf(), heap),
    bundle,
    publisher: {publish: async () => {}},
  })
  for (const {ledger} of partitions)
    for (const [stream, counts] of Object.entries(ledger))
      if (counts.in !== counts.accepted)
        throw new Error(`${stream}: not all was accepted: ${JSON.stringify(counts)}`)
  const truncated = partitions
    .flatMap(({counters}) => counters)
    .reduce((sum, counts) => sum + counts.truncated, 0)
  const figures = {heap_mb: heap, truncated}
  console.log(linesOf.name, figures)
  return figures
}

async function* blocks(lines, heap) {
  let block = []
  for (const line of lines) {
    if (typeof line === 'string') {
      yield block
      block = []
      globalThis.gc()
      heap[line] = Number((process.memoryUsage().heapUsed / 1e6).toFixed(1))
      continue
    }
    block.push(Line.of(JSON.stringify(line)))
    if (block.length < LINES_PER_BLOCK) continue
    yield block
    block = []
  }
  yield block
}

/** Every user pays a tiny amount, as one does who probes a card, and is never seen again. */
function* abandonedKeys() {
  yield payment('before', 'b0', START, 5)
  yield 'before'
  for (let i = 0; i < keys; i++)
    yield payment(`u${i}`, `t${i}`, START + Math.floor((i / keys) * HOUR_MS), 1.5, `m${i % MERCHANTS}`)
  yield 'with all keys'
  const retention = bundle.retention + 7 * HOUR_MS
  const later = Math.ceil(keys / 400) * 512
  for (let i = 0; i < later; i++) {
    yield payment('after', `a${i}`, START + HOUR_MS + retention + i * 60_000, 5)
  }
  yield 'after the retention'
}

function* hotKey() {
  yield payment('before', 'b0', START, 5)
  yield 'before'
  for (let i = 0; i < events; i++) {
    yield payment('hot', `t${i}`, START + i * 20, 0.1 + (i % 97) / 1_000)
    if (i === events / 10) yield 'with a tenth of the events'
  }
  yield 'with all events'
}

function payment(user_id, transaction_id, time, amount, merchant_id = 'm1') {
  const event = {
    transaction_id,
    user_id,
    card_id: `c-${user_id}`,
    merchant_id,
    channel: 'online',
    amount,
    event_time: time,
  }
  return {stream: 'transactions', event}
}
