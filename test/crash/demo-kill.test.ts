import {once} from 'node:events'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeAll, beforeEach, expect, test} from 'vitest'
import type {DemoSummary} from '../../src/app/demo/demo.js'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {standing} from '../support/process/standing-alerts.js'
import {storedAlerts} from '../support/process/stored-outcome.js'
import {startTripline, textOf, triplineJson} from '../support/process/tripline.js'

const SEED = 11
const KILLS = 20
/** Every fifth kill comes while the process starts, or has just begun. */
const KILL_WHILE_STARTING_EVERY = 5
/** The pace keeps a fast machine from being done before the last kill. */
const PLAN = ['--seed', String(SEED), '--users', '700', '--days', '2', '--pace', '9000']

let folder: TemporaryFolder

beforeAll(ensureBuilt, 90_000)
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

/** How a demo was met by the kill that was meant for it. */
type Met = 'starting' | 'working' | 'finished'

/** Starts the demo and kills it so long after its start, or after the first alert that it tells. */
async function runAndKill(dataDir: string, from: 'start' | 'first alert', delayMs: number): Promise<Met> {
  const child = startTripline(['demo', '--once', ...PLAN, '--data-dir', dataDir])
  child.stdin.end()
  const stdout = textOf(child.stdout)
  const stderr = textOf(child.stderr)
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const hasAlerted = () => /^\d\d-\d\d \d\d:\d\d {2}/m.test(stdout())
  try {
    while (from === 'first alert' && !hasAlerted() && isRunning()) await sleep(1)
    await sleep(delayMs)
  } finally {
    child.kill('SIGKILL')
  }
  const [code, signal] = await closed
  if (signal === 'SIGKILL') return hasAlerted() ? 'working' : 'starting'
  expect(code, stderr()).toBe(0)
  return 'finished'
}

/** What a demo that was interrupted must say as if it had not been. */
function sameInEveryRun({events, frauds, alerts, by_rule, ledger, balanced}: DemoSummary) {
  return {events, frauds, alerts, by_rule, ledger, balanced}
}

test(`a demo that is killed ${KILLS} times ends with the findings of one that is not`, async () => {
  const dataDirs = {undisturbed: join(folder.path, 'undisturbed'), killed: join(folder.path, 'killed')}
  const finish = (dataDir: string) =>
    triplineJson<DemoSummary>(['demo', '--once', ...PLAN, '--data-dir', dataDir])
  const undisturbed = await finish(dataDirs.undisturbed)
  expect(undisturbed.balanced).toBe(true)
  expect(undisturbed.frauds.found).toBeGreaterThan(0)
  expect(undisturbed.resumed_at).toBe(0)

  const random = new SeededRandom(SEED, 'kills')
  const told: string[] = []
  const met = {starting: 0, working: 0, finished: 0}
  for (let kill = 0; kill < KILLS; kill++) {
    const whileStarting = kill % KILL_WHILE_STARTING_EVERY === KILL_WHILE_STARTING_EVERY - 1
    const from = whileStarting ? 'start' : 'first alert'
    const delayMs = whileStarting ? random.between(50, 900) : random.between(0, 150)
    const how = await runAndKill(dataDirs.killed, from, delayMs)
    met[how]++
    told.push(`${from}+${Math.round(delayMs)}ms ${how}`)
  }
  process.stdout.write(`killed at: ${told.join(', ')}\n`)
  expect(met.working).toBeGreaterThanOrEqual(KILLS / 2)

  const killed = await finish(dataDirs.killed)
  process.stdout.write(`${killed.events} events, the last demo went on at ${killed.resumed_at}\n`)
  expect(sameInEveryRun(killed)).toEqual(sameInEveryRun(undisturbed))
  const stored = (dataDir: string) => storedAlerts(join(dataDir, 'demo'))
  const alerts = standing(await stored(dataDirs.killed))
  expect(alerts.length).toBe(killed.alerts.live + killed.alerts.shadow)
  expect(alerts).toEqual(standing(await stored(dataDirs.undisturbed)))
}, 120_000)
