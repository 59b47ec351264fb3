// The load test: `npm run bench:k6 [-- --rate 10000 --duration 60s]`, or `-- --sweep 1000,2000,5000,10000`. Starts the
// service, warms it up, runs k6 at each rate, and checks that everything is accounted for and every planted fraud found.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {cpus, tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {parseArgs} from 'node:util'
import {saveResult} from '../macro/measure.mjs'
import {AlertReceiver} from './alert-receiver.mjs'
import {k6Binary} from './k6-binary.mjs'
import {chart, markdown} from './report.mjs'
import {Service} from './service.mjs'

const {values} = parseArgs({
  options: {
    rate: {type: 'string', default: '10000'},
    sweep: {type: 'string'},
    duration: {type: 'string', default: '60s'},
    warmup: {type: 'string', default: '10s'},
    batch: {type: 'string', default: '100'},
    decisions: {type: 'string', default: '100'},
    feedback: {type: 'string', default: '1'},
    frauds: {type: 'string', default: '2'},
    users: {type: 'string', default: '200000'},
  },
})
const RULE = 'geo-jump-high-value'
const ALERTS_MAY_TAKE_MS = 30_000

const k6 = k6Binary()
const rates = (values.sweep ?? values.rate).split(',').map(Number)
const dir = mkdtempSync(join(tmpdir(), 'tripline-k6-'))
const receiver = new AlertReceiver()
let service
let held = false
try {
  service = await Service.start(dir)
  const url = await receiver.start()
  await service.post('/v1/webhooks', {url, event_types: ['alert.opened'], filter: {rule: [RULE]}})
  console.error(`warming up for ${values.warmup}`)
  await load(rates[0] / 2, values.warmup, 'warmup')
  const steps = []
  for (const rate of rates) {
    console.error(`${rate} transactions a second for ${values.duration}`)
    steps.push(await measure(rate))
    console.error(JSON.stringify(steps.at(-1)))
  }
  held = steps.every(({faults}) => faults.length === 0)
  const figures = {
    profile: 'embedded',
    cores: cpus().length,
    batch: Number(values.batch),
    duration: values.duration,
    steps,
  }
  const {file, result} = saveResult('k6', figures, values.sweep === undefined ? `-${rates[0]}` : '-sweep')
  writeFileSync(file.replace(/json$/, 'md'), markdown(result))
  if (steps.length > 1) writeFileSync(file.replace(/json$/, 'svg'), chart(result))
  console.log(markdown(result))
  console.log(file)
} finally {
  await service?.stop()
  await receiver.stop()
  rmSync(dir, {recursive: true, force: true})
}
process.exitCode = held ? 0 : 1

async function measure(rate) {
  const before = await service.get('/v1/ledger')
  receiver.anchors.clear()
  receiver.latencies.reset()
  service.watch()
  const runId = `r${rate}-${Date.now()}`
  const {metrics, seconds} = await load(rate, values.duration, runId)
  const usage = service.usage()
  const planted = metrics.frauds_planted?.values.count ?? 0
  const missing = await missingFrauds(runId, planted)
  const after = await service.get('/v1/ledger')
  const count = (name) => metrics[name]?.values.count ?? 0
  const faults = [
    ...thresholdFaults(metrics),
    ...ledgerFaults(before, after, count),
    ...(missing > 0 ? [`${missing} of ${planted} planted frauds not alerted`] : []),
  ]
  return {
    rate,
    achieved: Math.round((count('http_reqs') === 0 ? 0 : count('events_sent')) / seconds),
    requests: count('http_reqs'),
    dropped: count('dropped_iterations'),
    ingest_ms: percentiles(metrics['http_req_duration{scenario:ingest}']),
    decision_ms: percentiles(metrics['http_req_duration{scenario:decisions}']),
    decisions_by_fallback: count('decisions_by_fallback'),
    frauds: planted,
    alert_ms:
      receiver.latencies.totalCount === 0
        ? undefined
        : {
            p50: receiver.latencies.getValueAtPercentile(50),
            p99: receiver.latencies.getValueAtPercentile(99),
            max: receiver.latencies.maxValue,
          },
    service: usage,
    faults,
  }
}

async function load(rate, duration, runId) {
  const summary = join(dir, 'summary.json')
  const {batch, decisions, feedback, frauds, users} = values
  const env = {
    ...process.env,
    BASE_URL: service.url,
    RUN_ID: runId,
    SUMMARY: summary,
    RATE: String(rate),
    BATCH: batch,
    DECISIONS: decisions,
    FEEDBACK: feedback,
    FRAUDS: frauds,
    USERS: users,
    DURATION: duration,
    K6_NO_USAGE_REPORT: 'true',
  }
  const child = spawn(k6, ['run', '--quiet', '--no-color', 'bench/k6/load.js'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  // 99: a threshold was not kept, which the summary tells.
  if (code !== 0 && code !== 99) throw new Error(`k6 ended with ${code}`)
  const data = JSON.parse(readFileSync(summary, 'utf8'))
  return {metrics: data.metrics, seconds: data.state.testRunDurationMs / 1000}
}

/** How many planted frauds brought no alert, in spite of waiting for them. */
async function missingFrauds(runId, planted) {
  const until = Date.now() + ALERTS_MAY_TAKE_MS
  const found = () => [...receiver.anchors].filter((anchor) => anchor.startsWith(`${runId}-victim-`)).length
  while (found() < planted && Date.now() < until) await sleep(100)
  return planted - found()
}

function thresholdFaults(metrics) {
  return Object.entries(metrics).flatMap(([name, {thresholds}]) =>
    Object.entries(thresholds ?? {}).flatMap(([threshold, {ok}]) =>
      ok ? [] : [`${name}: not ${threshold}`],
    ),
  )
}

/** The service has to know of every event that was sent, and the accounts have to balance. */
function ledgerFaults(before, after, count) {
  const inputs = ({total}) => Object.values(total).reduce((sum, account) => sum + account.in, 0)
  const known = inputs(after) - inputs(before)
  const sent = count('events_sent')
  return [
    ...(after.balanced ? [] : ['the ledger does not balance']),
    ...(known === sent ? [] : [`${sent} events sent, ${known} in the ledger`]),
  ]
}

function percentiles(metric) {
  if (metric === undefined) return undefined
  const {med, max, ...rest} = metric.values
  return {p50: med, p95: rest['p(95)'], p99: rest['p(99)'], 'p99.9': rest['p(99.9)'], max}
}
