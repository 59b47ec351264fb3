import {cp, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {EmbeddedDatabase} from '../../../../src/adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../../../src/adapters/embedded/event-log.js'
import {loadFolders} from '../../../../src/app/bundle/load-bundle.js'
import {loadConfig} from '../../../../src/app/config/load-config.js'
import {toArrival} from '../../../../src/app/demo/arrivals.js'
import {EmbeddedService} from '../../../../src/app/service/embedded-service.js'
import {verifyState} from '../../../../src/app/state/verify-state.js'
import type {EventTime, WallTime} from '../../../../src/core/event/time.js'
import {scenarioTraffic} from '../../../../src/simulation/scenario/scenario-traffic.js'
import {type TemporaryFolder, temporaryFolder} from '../../../conformance/temporary-folder.js'

const START = Date.UTC(2026, 2, 2, 9) as EventTime
const SLICE = 300

let folder: TemporaryFolder
let inputs: number
/** A copy for each test of what the service stored. */
let dataDir: string
let wall = START as number as WallTime
const clock = {now: () => wall}

beforeAll(async () => {
  folder = await temporaryFolder()
  inputs = await run(join(folder.path, 'data'))
}, 120_000)
beforeEach(async () => {
  dataDir = join(folder.path, 'copy')
  await cp(join(folder.path, 'data'), dataDir, {recursive: true})
})
afterEach(() => rm(dataDir, {recursive: true}))
afterAll(() => folder.remove())

/** Runs a service on traffic with disorder, stopped and started again on the way, and gives how much came in. */
async function run(dataDir: string): Promise<number> {
  const disorder = {outOfOrder: 0.1, duplicates: 0.02, broken: 0.01, late: 0.02}
  const options = {users: 80, days: 0.02, rate: 1000, seed: 7, start: START, frauds: 6, ...disorder}
  const config = loadConfig({
    folder: folder.path,
    env: {},
    overrides: {'event_time.allowed_lateness': '2m', 'event_time.dedup_retention': '10m'},
  })
  const loaded = await loadFolders(config)
  const arrivals = [...scenarioTraffic(options)].map(toArrival)
  let service: EmbeddedService | undefined
  const start = () =>
    EmbeddedService.start({
      config,
      folder: loaded,
      dataDir,
      clock,
      onFailure: (error) => {
        throw error
      },
    })
  for (let i = 0; i < arrivals.length; i += SLICE) {
    if (service === undefined || i % (5 * SLICE) === 0) {
      await service?.stop()
      service = await start()
    }
    const slice = arrivals.slice(i, i + SLICE)
    wall = slice.at(-1)?.arrivedAt ?? wall
    await service.append(slice)
  }
  await service?.stop()
  return arrivals.length
}

function verify() {
  return verifyState({dataDir, clock, onProgress: () => undefined})
}

/** Changes so many values under a prefix that a pattern finds something in, or removes them. */
async function damage(prefix: string, pattern: RegExp, replacement: string | null, limit = 1): Promise<void> {
  let damaged = 0
  const {level, close} = await open()
  for await (const [key, value] of level.iterator({gte: prefix, lt: `${prefix}\uffff`})) {
    if (value.search(pattern) < 0) continue
    if (replacement === null) await level.del(key)
    else await level.put(key, value.replace(pattern, replacement))
    damaged++
    if (damaged === limit) break
  }
  await close()
  expect(damaged, `values under ${prefix} with ${pattern}`).toBeGreaterThan(0)
}

async function open() {
  const database = await EmbeddedDatabase.open(dataDir)
  return {level: database.level, close: () => database.close()}
}

describe('the state that a service stored', () => {
  test('follows from its log, though inputs came out of order, twice and broken, and it was stopped on the way', async () => {
    const verdict = await verify()
    expect(verdict.differences).toEqual([])
    expect(verdict).toMatchObject({inputs, complete_from: null, differing: 0})
    expect(verdict.keys).toBeGreaterThan(80)
  })

  test('is compared as far back as the log holds all events', async () => {
    const database = await EmbeddedDatabase.open(dataDir)
    const log = await EmbeddedEventLog.open(database, {clock, retentionMs: 10 * 60_000})
    const dropped = await log.expire(log.end, wall)
    await database.close()
    expect(dropped).toBeGreaterThan(0)
    const verdict = await verify()
    expect(verdict).toMatchObject({inputs: inputs - dropped, differing: 0, differences: []})
    expect(Date.parse(verdict.complete_from ?? '')).toBeGreaterThan(START)
    await damage('k/00000000/', /^\["transactions".*"amount_usd":/, '["transactions",1,"t",1,{"x":', 1_000)
    expect((await verify()).differing).toBeGreaterThan(0)
  })

  test('is found damaged where an event, a field, a finding or an account was changed', async () => {
    await damage('k/00000000/', /^\["transactions"/, null)
    await damage('k/00000000/', /"amount_usd":/, '"amounts":')
    await damage('k/00000000/', /"decision":"(approve|review|decline)"/g, '"decision":"none"', 6)
    await damage('s/00000000/', /"accepted":/, '"accepted":1')
    const {differences} = await verify()
    const details = differences.map(({detail}) => detail)
    expect(details).toContainEqual(
      expect.stringMatching(/^event transactions .* follows from the log and is not stored$/),
    )
    expect(details).toContainEqual(expect.stringMatching(/^event transactions .* is stored otherwise/))
    expect(details).toContainEqual(expect.stringMatching(/^decision .* is stored otherwise/))
    expect(details).toContainEqual(expect.stringMatching(/^value ledger of .* is stored otherwise/))
  })
})
