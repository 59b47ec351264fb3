import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeAll, beforeEach, expect, test} from 'vitest'
import type {LedgerReport} from '../../src/adapters/http/status-service.js'
import type {EventTime} from '../../src/core/event/time.js'
import type {Ledger} from '../../src/core/ledger/ledger.js'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {LoadClient} from '../support/process/load-client.js'
import {type LoadTraffic, loadTraffic} from '../support/process/load-traffic.js'
import {RunningService} from '../support/process/running-service.js'
import {type AnsweredAlert, getAlerts, getLedger, inputsOf} from '../support/process/service-answers.js'
import {standing} from '../support/process/standing-alerts.js'
import {type StoredOutcome, storedOutcome} from '../support/process/stored-outcome.js'
import {tripline} from '../support/process/tripline.js'

const SEED = 20
const KILLS = 20
/** Every fifth kill hits a process that is starting: recovery must survive a kill as well. */
const KILL_WHILE_STARTING_EVERY = 5
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let folder: TemporaryFolder
let config: string
const services: RunningService[] = []

beforeAll(ensureBuilt, 90_000)

beforeEach(async () => {
  folder = await temporaryFolder()
  config = join(folder.path, 'tripline.yaml')
  await writeFile(config, SETTINGS)
})

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.end('SIGKILL')))
  await folder.remove()
})

/**
 * What a retry delays must not be late, or the outcome would depend on the kills. An input that pauses while the
 * service is away must not become idle, for the same reason.
 */
const SETTINGS = 'event_time: {allowed_lateness: 30d, idle_timeout: 365d}\n'

function start(dataDir: string): RunningService {
  const service = new RunningService(dataDir, ['--config', config])
  services.push(service)
  return service
}

/** Ends within the last hours, since over HTTP the wall clock is real and the future is refused. */
function traffic(users: number): LoadTraffic {
  const days = 0.5
  const until = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const start = (until - days * DAY_MS) as EventTime
  const disorder = {outOfOrder: 0.05, duplicates: 0.03, broken: 0.01, late: 0}
  return loadTraffic({users, days, seed: SEED, start, frauds: 4, ...disorder}, until)
}

interface Outcome {
  readonly client: LoadClient
  readonly ledger: LedgerReport
  readonly alerts: readonly AnsweredAlert[]
  readonly stored: StoredOutcome
}

async function finish(
  service: RunningService,
  url: string,
  client: LoadClient,
  dataDir: string,
  {transactionIds}: LoadTraffic,
): Promise<Outcome> {
  const [ledger, alerts] = [await getLedger(url), await getAlerts(url)]
  expect(await service.end('SIGTERM')).toEqual({code: 0, signal: null})
  return {client, ledger, alerts, stored: await storedOutcome(dataDir, transactionIds)}
}

async function runUndisturbed(dataDir: string, load: LoadTraffic): Promise<Outcome> {
  const service = start(dataDir)
  const {url, readyMs, spawnToReadyMs} = await service.ready()
  const times = `ready_ms ${readyMs}, from spawn to the first 200 of /health/ready ${Math.round(spawnToReadyMs)} ms`
  process.stdout.write(`start: ${times}\n`)
  expect(spawnToReadyMs).toBeLessThan(10_000)
  const client = new LoadClient(load, async () => url, SEED)
  await client.run()
  return finish(service, url, client, dataDir, load)
}

/** Kills when so many events are acknowledged, and a moment later, so that kills meet every stage of a request. */
function killMoments(size: number): readonly {readonly acknowledged: number; readonly delayMs: number}[] {
  const random = new SeededRandom(SEED, 'kills')
  const shares = Array.from({length: KILLS}, () => random.between(0.02, 0.95)).sort((a, b) => a - b)
  return shares.map((share) => ({acknowledged: Math.floor(share * size), delayMs: random.between(0, 25)}))
}

async function runAndKill(dataDir: string, load: LoadTraffic): Promise<Outcome & {readonly hits: number}> {
  const random = new SeededRandom(SEED, 'starting')
  let service = start(dataDir)
  let ready = service.ready()
  const client = new LoadClient(load, async () => (await ready).url, SEED)
  const delivered = client.run()
  let hits = 0
  const told: string[] = []
  for (const [i, {acknowledged, delayMs}] of killMoments(load.size).entries()) {
    const whileStarting = i % KILL_WHILE_STARTING_EVERY === KILL_WHILE_STARTING_EVERY - 1
    if (whileStarting) {
      const startingMs = random.between(50, 700)
      await sleep(startingMs)
      told.push(`starting+${Math.round(startingMs)}ms`)
    } else {
      while (client.acknowledged < acknowledged && service.isRunning) await sleep(1)
      await sleep(delayMs)
      if (client.underWay > 0) hits++
      told.push(`${client.acknowledged}+${Math.round(delayMs)}ms`)
    }
    expect(await service.end('SIGKILL'), service.output).toEqual({code: null, signal: 'SIGKILL'})
    service = start(dataDir)
    ready = service.ready()
    // Nobody may be asking for it when it is killed before it is ready.
    ready.catch(() => undefined)
  }
  process.stdout.write(`killed after (acknowledged): ${told.join(' ')}\n`)
  await delivered
  const {url} = await ready
  return {...(await finish(service, url, client, dataDir, load)), hits}
}

/** Every input is accounted for: in the ledger, on the log, in what was answered, and in what is stored. */
function expectAccountedFor({client, ledger, stored}: Outcome, load: LoadTraffic): void {
  expect(client.wrongAnswers).toEqual([])
  expect(client.acknowledged).toBe(load.size)
  expect(ledger.balanced).toBe(true)
  expect(inputsOf(ledger.total)).toBe(stored.logEnd)
  expect(stored.offset).toBe(stored.logEnd)
  for (const [stream, account] of client.accounts) {
    const booked = ledger.total[stream] as Ledger[string]
    expect(booked.in).toBe(booked.accepted + booked.duplicate + booked.late + booked.dead_lettered)
    expect(booked.in).toBeGreaterThanOrEqual(account.acknowledged)
    expect(booked.in).toBeLessThanOrEqual(account.sent)
    expect(booked.accepted).toBe(load.distinct.get(stream))
    for (const [status, count] of Object.entries(account.statuses)) {
      expect(booked[status as keyof typeof booked]).toBeGreaterThanOrEqual(count)
    }
  }
  const sum = (fate: 'late' | 'dead_lettered') =>
    Object.values(ledger.total).reduce((total, account) => total + account[fate], 0)
  expect(stored.deadLetters).toBe(sum('dead_lettered'))
  expect(stored.late).toBe(sum('late'))
  expect(stored.decisions.size).toBe(load.transactionIds.length)
}

const answered = (alerts: readonly AnsweredAlert[]) =>
  standing(alerts.map((alert) => ({status: alert.status, alert})))

test(`run under load, killed ${KILLS} times: every acknowledged event counts, and the alerts are those of an undisturbed run`, async () => {
  const load = traffic(800)
  const undisturbed = await runUndisturbed(join(folder.path, 'undisturbed'), load)
  expectAccountedFor(undisturbed, load)
  expect(undisturbed.client.retries).toBe(0)
  expect(undisturbed.alerts.length).toBeGreaterThan(40)

  const killed = await runAndKill(join(folder.path, 'killed'), load)
  const {retries, accounts} = killed.client
  process.stdout.write(
    `${load.size} events, ${retries} requests sent again, ${killed.hits} kills hit requests under way; ${JSON.stringify(Object.fromEntries(accounts))}\n`,
  )
  expect(killed.hits).toBeGreaterThanOrEqual(KILLS / 2)
  expectAccountedFor(killed, load)
  expect(answered(killed.alerts)).toEqual(answered(undisturbed.alerts))
  expect(standing(killed.stored.alerts)).toEqual(answered(killed.alerts))
  expect(killed.stored.decisions).toEqual(undisturbed.stored.decisions)
}, 120_000)

test('SIGTERM under load: what was taken is finished, the exit code is 0, and nothing is lost', async () => {
  const load = traffic(400)
  const dataDir = join(folder.path, 'data')
  const service = start(dataDir)
  const {url} = await service.ready()
  const client = new LoadClient(load, async () => url, SEED)
  const delivered = client.run()
  while (client.acknowledged < load.size / 4) await sleep(1)
  while (client.underWay === 0) await sleep(1)
  const signalled = performance.now()
  service.end('SIGTERM')
  // Refused connections would be tried again for ever.
  client.stop()
  await delivered
  expect(await service.ended, service.output).toEqual({code: 0, signal: null})
  expect(performance.now() - signalled).toBeLessThan(25_000)
  expect(service.logLines().at(-1)?.msg).toBe('stopped')
  expect(client.acknowledged).toBeLessThan(load.size)

  const stored = await storedOutcome(dataDir, [])
  expect(stored.offset).toBe(stored.logEnd)
  expect(stored.logEnd).toBeGreaterThanOrEqual(client.acknowledged)

  const again = start(dataDir)
  const {url: newUrl} = await again.ready()
  const ledger = await getLedger(newUrl)
  expect(inputsOf(ledger.total)).toBe(stored.logEnd)
  const rest = new LoadClient(load, async () => newUrl, SEED)
  await rest.run()
  const outcome = await finish(again, newUrl, rest, dataDir, load)
  expect(rest.wrongAnswers).toEqual([])
  for (const [stream, count] of load.distinct) expect(outcome.ledger.total[stream]?.accepted).toBe(count)
  expect(outcome.stored.decisions.size).toBe(load.transactionIds.length)
}, 60_000)

test('a second process on the same data directory is refused with exit code 3 and the reason, and disturbs nothing', async () => {
  const dataDir = join(folder.path, 'data')
  const service = start(dataDir)
  const {url} = await service.ready()
  const second = await tripline(['run', '--port', '0', '--data-dir', dataDir])
  expect(second).toMatchObject({code: 3, stdout: ''})
  expect(second.stderr).toContain(`${dataDir} is in use by another tripline process`)
  expect(second.stderr).not.toContain('    at ')
  expect((await getLedger(url)).balanced).toBe(true)
  expect(await service.end('SIGINT')).toEqual({code: 0, signal: null})
}, 30_000)
