// The cluster profile under load, on a real Kafka and Redis that it brings up and takes down, or on those named by
// TRIPLINE_TEST_KAFKA and TRIPLINE_TEST_REDIS:
// `npm run bench:cluster [-- --rate 10000 --duration 60 --workers 1 --kill]`. With --kill, one worker is killed in the middle and
// another takes its place; with --no-model rules alone decide, with --no-features there are none. Every transaction has to have
// its decision at the end.
import {execFileSync, spawn} from 'node:child_process'
import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {cpus, tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {parseArgs} from 'node:util'
import {saveResult} from '../macro/measure.mjs'
import {DecisionReader} from './decision-reader.mjs'
import {processUsage} from './process-usage.mjs'
import {Worker} from './worker.mjs'

const {values} = parseArgs({
  options: {
    rate: {type: 'string', default: '10000'},
    duration: {type: 'string', default: '60'},
    warmup: {type: 'string', default: '15'},
    workers: {type: 'string', default: '1'},
    partitions: {type: 'string', default: '4'},
    users: {type: 'string', default: '1000000'},
    kill: {type: 'boolean', default: false},
    features: {type: 'boolean', default: true},
    model: {type: 'boolean', default: true},
  },
  allowNegative: true,
})
const MAIN = 'dist/app/cli/main.js'
const SETTLES_WITHIN_MS = 120_000
const rate = Number(values.rate)
const duration = Number(values.duration)
const warmUp = Number(values.warmup)
const hasModel = values.model && values.features

const dir = mkdtempSync(join(tmpdir(), 'tripline-cluster-'))
const isOwn = process.env.TRIPLINE_TEST_KAFKA === undefined || process.env.TRIPLINE_TEST_REDIS === undefined
const workers = []
let reader
try {
  const {kafka, redis} = isOwn ? servicesUp() : fromEnvironment()
  const namespace = `bench-${Date.now()}`
  const env = {
    TRIPLINE_NAMESPACE: namespace,
    TRIPLINE_KAFKA_BROKERS: kafka,
    TRIPLINE_REDIS_URL: redis,
    ...(hasModel ? {} : {TRIPLINE_MODEL_ALIAS: 'none'}),
    ...(values.features ? {} : {TRIPLINE_FEATURES_DIR: ratesAlone()}),
  }
  tripline(['topics', 'create', '--partitions', values.partitions], env)
  for (let i = 0; i < Number(values.workers); i++) workers.push(await Worker.start(env))
  reader = new DecisionReader({brokers: kafka})
  await reader.start(namespace)
  await pass(warmUp, 0)
  const measured = await pass(duration, Math.round(rate * warmUp), values.kill ? env : undefined)
  const faults = [
    ...(measured.missing > 0 ? [`${measured.missing} transactions without a decision`] : []),
    ...(measured.lag_grows ? ['the lag grew'] : []),
  ]
  const figures = {
    pinned_to_one_core: false,
    cores: cpus().length,
    workers: Number(values.workers),
    partitions: Number(values.partitions),
    users: Number(values.users),
    features: values.features,
    model: hasModel,
    killed_a_worker: values.kill,
    rate,
    duration_seconds: duration,
    ...measured,
    faults,
  }
  const suffix = `-${rate}-${values.workers}x${values.partitions}${values.features ? '' : '-rules'}${values.kill ? '-kill' : ''}`
  const {file} = saveResult('cluster', figures, suffix)
  console.log(figures)
  console.log(file)
  process.exitCode = faults.length === 0 ? 0 : 1

  /** Sends for so many seconds and waits for all decisions. */
  async function pass(seconds, first, killWith) {
    const count = Math.round(rate * seconds)
    reader.begin(first, count)
    const before = workers.map((worker) => worker.usage()?.cpu ?? 0)
    const servicesBefore = servicesUsage()
    const producing = produce({brokers: kafka, namespace, first, seconds})
    let killedAt
    if (killWith !== undefined) {
      await sleep((seconds / 2) * 1000)
      workers.shift().kill()
      before.shift()
      killedAt = reader.seconds.length
      workers.push(await Worker.start(killWith))
      before.push(0)
    }
    const sent = await producing
    const lag = count - reader.decided
    const cpu = workers.reduce((sum, worker, i) => sum + (worker.usage()?.cpu ?? 0) - before[i], 0)
    const services = servicesUsage()
    const perEvent = (name) =>
      microseconds((services[name]?.cpu ?? 0) - (servicesBefore[name]?.cpu ?? 0), count)
    const memory = Math.max(...workers.map((worker) => worker.usage()?.rss_mb ?? 0))
    const asked = Date.now()
    while (reader.decided < count && Date.now() - asked < SETTLES_WITHIN_MS) await sleep(50)
    reader.end()
    const at = (percentile) => reader.latencies.getValueAtPercentile(percentile)
    return {
      sent: sent.sent,
      decided: reader.decided,
      missing: count - reader.decided,
      delivered_again: reader.again,
      lag_at_the_end: lag,
      // More than half a second's worth is behind, and was not caught up.
      lag_grows: lag > rate / 2 && killWith === undefined,
      latency_ms: {p50: at(50), p99: at(99), 'p99.9': at(99.9), max: reader.latencies.maxValue},
      worker_cpu_microseconds_per_event: killWith === undefined ? microseconds(cpu, count) : null,
      worker_rss_mb: memory,
      ...(isOwn
        ? {
            redis_cpu_microseconds_per_event: perEvent('redis'),
            kafka_cpu_microseconds_per_event: perEvent('kafka'),
            redis_bytes_per_event: Math.round(
              (((services.redis?.rss_mb ?? 0) - (servicesBefore.redis?.rss_mb ?? 0)) * 1e6) / count,
            ),
          }
        : {}),
      ...(killedAt === undefined ? {} : {recovered_after_seconds: recovery(reader.seconds, killedAt)}),
    }
  }
} finally {
  await reader?.stop()
  await Promise.all(workers.map((worker) => worker.stop()))
  if (isOwn) tripline(['services', 'down', '--dir', join(dir, 'services')], {})
  rmSync(dir, {recursive: true, force: true})
}

/** A folder of features without any view: rules need the rates. */
function ratesAlone() {
  const folder = join(dir, 'features')
  mkdirSync(folder)
  copyFileSync('features/rates.yaml', join(folder, 'rates.yaml'))
  return folder
}

/** Of the services that were brought up here. */
function servicesUsage() {
  if (!isOwn) return {}
  const of = (name) => {
    const noted = JSON.parse(readFileSync(join(dir, 'services', `${name}.json`), 'utf8'))
    return processUsage(noted.process.pid)
  }
  return {redis: of('redis'), kafka: of('kafka')}
}

function microseconds(seconds, count) {
  return Number(((seconds * 1e6) / count).toFixed(1))
}

/** Seconds from the kill to the first from which on a second's p99 is at most twice what it was before. */
function recovery(seconds, killedAt) {
  const before = seconds.slice(0, killedAt).map(({p99}) => p99 ?? Number.POSITIVE_INFINITY)
  const usual = before.sort((a, b) => a - b)[Math.floor(before.length / 2)]
  const isDisturbed = ({p99}) => p99 === null || p99 > Math.max(2 * usual, usual + 100)
  let last = killedAt
  for (let i = killedAt; i < seconds.length; i++) if (isDisturbed(seconds[i])) last = i + 1
  return last - killedAt
}

async function produce({brokers, namespace, first, seconds}) {
  const args = {brokers, namespace, rate, seconds, users: values.users, first}
  const child = spawn(
    process.execPath,
    [
      'bench/cluster/producer.mjs',
      ...Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    {stdio: ['ignore', 'pipe', 'inherit']},
  )
  let text = ''
  for await (const chunk of child.stdout) text += chunk
  return JSON.parse(text)
}

function tripline(args, env) {
  return execFileSync(process.execPath, [MAIN, ...args], {
    env: {...process.env, ...env},
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function servicesUp() {
  const lines = tripline(['services', 'up', '--dir', join(dir, 'services')], {}).split('\n')
  const of = (name) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1)
  return {kafka: of('TRIPLINE_TEST_KAFKA'), redis: of('TRIPLINE_TEST_REDIS')}
}

function fromEnvironment() {
  return {kafka: process.env.TRIPLINE_TEST_KAFKA, redis: process.env.TRIPLINE_TEST_REDIS}
}
