// POST /v1/decisions, open loop: requests are sent by the clock, whether earlier ones are answered or not, and each is
// timed from the moment at which it was due. node bench/macro/decisions.mjs [requests a second] [seconds]
import {spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {build} from 'hdr-histogram-js'
import {Pool} from 'undici'
import {NODE_ARGS, saveResult} from './measure.mjs'

const [rate = 2000, seconds = 20] = process.argv.slice(2).map(Number)
const USERS = 20_000
const WARM_UP_S = 3

const folder = mkdtempSync(join(tmpdir(), 'tripline-bench-'))
const service = spawn(
  process.execPath,
  [...NODE_ARGS, 'dist/app/cli/main.js', 'run', '--port', '0', '--data-dir', join(folder, 'data')],
  {stdio: ['ignore', 'pipe', 'inherit']},
)

try {
  const pool = new Pool(await addressOf(service), {connections: 256, pipelining: 1})
  await send(pool, WARM_UP_S, 'warm')
  const figures = await send(pool, seconds, 'run')
  await pool.close()
  console.log(saveResult('decisions', {pinned_to_one_core: false, rate, seconds, ...figures}))
} finally {
  service.kill('SIGTERM')
  await new Promise((resolve) => service.once('close', resolve))
  rmSync(folder, {recursive: true, force: true})
}

async function addressOf({stdout}) {
  let text = ''
  for await (const chunk of stdout) {
    text += chunk
    const ready = text.split('\n').find((line) => line.includes('"msg":"ready"'))
    if (ready === undefined) continue
    stdout.resume()
    return JSON.parse(ready).url
  }
  throw new Error(`the service did not start:\n${text}`)
}

async function send(pool, lasting, prefix) {
  const latencies = build({highestTrackableValue: 60_000_000})
  const outcomes = {}
  const begun = performance.now()
  const total = rate * lasting
  const answers = []
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * rate))
    for (; sent < due; sent++)
      answers.push(ask(pool, `${prefix}-${sent}`, begun + (sent / rate) * 1000, latencies, outcomes))
    await sleep(1)
  }
  await Promise.all(answers)
  const at = (percentile) => Math.round(latencies.getValueAtPercentile(percentile)) / 1000
  return {
    p50_ms: at(50),
    p95_ms: at(95),
    p99_ms: at(99),
    'p99.9_ms': at(99.9),
    max_ms: latencies.maxValue / 1000,
    outcomes,
  }
}

async function ask(pool, id, due, latencies, outcomes) {
  const user_id = `u${Math.floor(Math.random() * USERS)}`
  const amount = Math.round(10 ** (1 + Math.random() * 3)) / 2
  const transaction = {
    transaction_id: id,
    user_id,
    card_id: `c-${user_id}`,
    amount,
    mcc: '5411',
    event_time: Date.now(),
  }
  const {statusCode, body} = await pool.request({
    path: '/v1/decisions',
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify(transaction),
  })
  const {degraded = []} = await body.json()
  latencies.recordValue(Math.max(1, Math.round((performance.now() - due) * 1000)))
  const outcome = degraded.includes('deadline') ? 'deadline' : String(statusCode)
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}
