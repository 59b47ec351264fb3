import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeAll, beforeEach, expect, test} from 'vitest'
import type {ExportSummary} from '../../src/app/export/export-run.js'
import type {RunComparison} from '../../src/app/replay/compare-runs.js'
import type {ReplaySummary} from '../../src/app/replay/replay.js'
import type {EventTime} from '../../src/core/event/time.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {LoadClient} from '../support/process/load-client.js'
import {type LoadTraffic, loadTraffic} from '../support/process/load-traffic.js'
import {STAGES, writeStage} from '../support/process/reload-rules.js'
import {RunningService} from '../support/process/running-service.js'
import {getLedger} from '../support/process/service-answers.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

const SEED = 5
const MINUTE_MS = 60_000
const PAUSE_MS = 400

let folder: TemporaryFolder
let rules: string
let dataDir: string
let args: readonly string[]
const services: RunningService[] = []

beforeAll(ensureBuilt, 90_000)

beforeEach(async () => {
  folder = await temporaryFolder()
  rules = join(folder.path, 'rules')
  dataDir = join(folder.path, 'data')
  const config = join(folder.path, 'tripline.yaml')
  await mkdir(join(folder.path, 'features'))
  await writeFile(config, 'event_time: {allowed_lateness: 30s, idle_timeout: 5s}\n')
  args = ['--config', config, '--rules', rules, '--features', join(folder.path, 'features')]
  await writeStage(rules, 0)
})

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.end('SIGKILL')))
  if (process.env.KEEP) process.stdout.write(folder.path)
  else await folder.remove()
})

function start(): RunningService {
  const service = new RunningService(dataDir, args)
  services.push(service)
  return service
}

/** A quarter of an hour around now: rules that begin with their activation see events from before and after it. */
function trafficAroundNow(): LoadTraffic {
  const start = (Math.floor(Date.now() / 1000) * 1000 - 11 * MINUTE_MS) as EventTime
  const disorder = {outOfOrder: 0.1, duplicates: 0.02, broken: 0.01, late: 0.02}
  const options = {users: 150, days: 0.01, rate: 1000, seed: SEED, start, frauds: 0, ...disorder}
  return loadTraffic(options, start + 60 * MINUTE_MS)
}

async function activations(service: RunningService, count: number): Promise<readonly unknown[]> {
  for (;;) {
    const seen = service.logLines().filter(({msg}) => msg === 'rules activated')
    if (seen.length >= count) return seen
    if (!service.isRunning) throw new Error(service.output)
    await sleep(20)
  }
}

const bySteps = (client: LoadClient, load: LoadTraffic, share: number) => async () => {
  while (client.acknowledged < load.size * share) await sleep(2)
}

test('a service under load, its rules changed while it runs and while it is down, killed: a replay of its export says exactly what it said', async () => {
  const load = trafficAroundNow()
  let service = start()
  let ready = service.ready()
  // So many requests at once, and so long between them, that the load goes on while rules change.
  const client = new LoadClient(
    load,
    () =>
      sleep(PAUSE_MS)
        .then(() => ready)
        .then(({url}) => url),
    SEED,
  )
  const delivered = client.run()

  await bySteps(client, load, 0.3)()
  await writeStage(rules, 1)
  const [first] = await activations(service, 1)
  expect(first).toMatchObject({
    added: [{id: 'online', version: 1}],
    changed: [
      {id: 'busy-merchant', from: 1, to: 2},
      {id: 'many', from: 1, to: 2},
    ],
    removed: [{id: 'large', version: 1}],
  })
  const backfilled = await tripline([
    ...['rules', 'activate', '--data-dir', dataDir, ...args],
    ...['--backfill', 'many', 'busy-merchant'],
  ])
  expect(backfilled).toMatchObject({code: 0, stderr: ''})
  expect(backfilled.stdout).toContain('many looks at every anchor since')

  await bySteps(client, load, 0.6)()
  await service.end('SIGKILL')
  await writeStage(rules, 2)
  service = start()
  ready = service.ready()
  await delivered
  expect(await activations(service, 1)).toHaveLength(1)
  const {url} = await ready
  const {total} = await getLedger(url)
  expect(total.transactions?.late).toBeGreaterThan(0)
  // In silence, deadlines are reached by the clock: the export says how far.
  await sleep(6_000)
  expect(await service.end('SIGTERM')).toMatchObject({code: 0})

  const out = join(folder.path, 'export')
  const summary = await triplineJson<ExportSummary>(['export', '--data-dir', dataDir, '--out', out])
  expect(summary.complete).toBe(true)
  expect(summary.bundles).toHaveLength(STAGES.length)
  const replayed = await triplineJson<ReplaySummary & {compare: RunComparison}>([
    ...['replay', '--input', join(out, 'events.ndjson.gz'), '--bundle', join(out, 'bundle')],
    ...['--out', join(folder.path, 'replay'), '--compare', join(out, 'emitted')],
  ])
  expect(replayed.compare).toMatchObject({equal: true, alerts: {same: summary.alerts}})
  expect(replayed.ledger).toEqual(total)

  const emitted = (await readFile(join(out, 'emitted', 'alerts.final.ndjson'), 'utf8')).trim().split('\n')
  const versions = new Set(
    emitted.map((line) => {
      const {rule} = JSON.parse(line) as {rule: {id: string; version: number}}
      return `${rule.id}@${rule.version}`
    }),
  )
  process.stdout.write(`${load.size} events, ${emitted.length} alerts by ${[...versions].sort().join(' ')}\n`)
  for (const each of ['large@1', 'large@2', 'many@1', 'many@2', 'busy-merchant@2', 'no-fix@1', 'online@1'])
    expect([...versions]).toContain(each)
}, 120_000)
