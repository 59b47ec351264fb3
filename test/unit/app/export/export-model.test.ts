import {mkdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {readModel} from '../../../../src/adapters/files/model-folder.js'
import {chooseBackend} from '../../../../src/adapters/tensorflow/backend.js'
import {TensorflowModel} from '../../../../src/adapters/tensorflow/tensorflow-model.js'
import {readBundleFolder} from '../../../../src/app/bundle/bundle-folder.js'
import {loadFolders} from '../../../../src/app/bundle/load-bundle.js'
import type {Config} from '../../../../src/app/config/config.js'
import {loadConfig} from '../../../../src/app/config/load-config.js'
import {toArrival} from '../../../../src/app/demo/arrivals.js'
import {type ExportSummary, exportRun} from '../../../../src/app/export/export-run.js'
import {withRecordedInput} from '../../../../src/app/export/recorded-input.js'
import {ModelServing} from '../../../../src/app/learning/model-serving.js'
import {modelRegistry} from '../../../../src/app/learning/model-store.js'
import {openServed} from '../../../../src/app/learning/open-served.js'
import {alertTimeSpread} from '../../../../src/app/replay/alert-time-spread.js'
import {compareRuns} from '../../../../src/app/replay/compare-runs.js'
import {openRecordedScorer} from '../../../../src/app/replay/open-recorded-scorer.js'
import {replay} from '../../../../src/app/replay/replay.js'
import {EmbeddedService} from '../../../../src/app/service/embedded-service.js'
import type {DecisionRecord} from '../../../../src/core/decision/records.js'
import type {EventTime, WallTime} from '../../../../src/core/event/time.js'
import {scenarioTraffic} from '../../../../src/simulation/scenario/scenario-traffic.js'
import {type TemporaryFolder, temporaryFolder} from '../../../conformance/temporary-folder.js'
import {recordsOf} from '../../../support/process/text-files.js'

const START = Date.UTC(2026, 2, 2, 9) as EventTime
const SLICE = 250
/** Every transaction of this time or later asks for a review: that the model decided shows. */
const POLICY = 'schema: tripline/policy/v1\nversion: 2\nmodel: {review: 0.05, decline: 0.6}\n'

let folder: TemporaryFolder
let config: Config
let exported: ExportSummary
let wall = START as number as WallTime
const clock = {now: () => wall}
const path = (name: string) => join(folder.path, name)

beforeAll(async () => {
  folder = await temporaryFolder()
  await mkdir(path('rules'))
  await writeFile(path('rules/policy.yaml'), POLICY)
  config = loadConfig({
    ...{folder: process.cwd(), env: {}},
    overrides: {data_dir: path('data'), 'rules.dir': path('rules')},
  })
  await chooseBackend('wasm')
  await serveAndSwap()
  exported = await exportRun({
    ...{config, clock, outputDir: path('export'), onProgress: () => undefined},
    ...{from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY},
    onMissingModel: (reason) => {
      throw new Error(reason)
    },
  })
}, 120_000)
afterAll(() => folder.remove())

/** A service that is scored by one version, then by none, then by another one that says something else. */
async function serveAndSwap(): Promise<void> {
  const first = await readModel('features/model')
  const {version: _, weights: __, ...manifest} = first.manifest
  const other = first.weights.map((weight, at) => weight * (1 + 0.3 * Math.sin(at)))
  const at = '2026-03-02T00:00:00.000Z'
  expect(await modelRegistry(config).add(manifest, other, at)).toBe(2)
  await modelRegistry(config).promote(2, at, 'for the test')
  const serving = new ModelServing()
  const service = await EmbeddedService.start({
    ...{config, clock, dataDir: config.dataDir, scorer: serving},
    folder: await loadFolders(config),
    onFailure: (error) => {
      throw error
    },
  })
  const traffic = {users: 60, days: 0.05, rate: 600, seed: 7, start: START, frauds: 3, outOfOrder: 0.1}
  const arrivals = [...scenarioTraffic(traffic)].map(toArrival)
  const third = Math.floor(arrivals.length / 3)
  for (let i = 0; i < arrivals.length; i += SLICE) {
    if (i === 0) serving.swap(new TensorflowModel(first))
    if (i <= third && third < i + SLICE) serving.swap(undefined)
    if (i <= 2 * third && 2 * third < i + SLICE)
      serving.swap(new TensorflowModel(await modelRegistry(config).load(2)))
    const slice = arrivals.slice(i, i + SLICE)
    wall = slice.at(-1)?.arrivedAt ?? wall
    await service.append(slice)
  }
  await service.stop()
}

async function replayed(out: string) {
  const recorded = await readBundleFolder(path('export/bundle'))
  if (recorded.models === undefined) throw new Error('the bundle folder names no models')
  const scorer = await openRecordedScorer(path('export/bundle'), recorded.models, 'wasm', (reason) => {
    throw new Error(reason)
  })
  await mkdir(out, {recursive: true})
  await replay({
    ...{inputs: [path('export/events.ndjson.gz')], outputDir: out, scorer},
    ...{bundle: recorded.first, recorded: recorded.byId},
  })
  const comparison = await compareRuns({
    ...{replayed: out, emitted: path('export/emitted')},
    alertTimeSpread: alertTimeSpread(recorded.first),
  })
  return {comparison, parity: scorer?.parity}
}

test('an export holds the features of every decided transaction, and the versions that scored', () => {
  expect(exported.decisions).toBeGreaterThan(1000)
  expect(exported).toMatchObject({features: exported.decisions, models: [1, 2], complete: true})
})

test('its replay gives every decision the score, the version and the alert that it had, also where there was none', async () => {
  const {comparison, parity} = await replayed(path('out'))
  expect(comparison).toMatchObject({equal: true, alerts: {same: exported.alerts}})
  expect(parity).toEqual({recorded: exported.decisions, different: 0, unrecorded: 0})
  const read = (dir: string) => recordsOf<DecisionRecord>(path(`${dir}/decisions.final.ndjson`))
  const [emitted, again] = await Promise.all([read('export/emitted'), read('out')])
  const facts = ({transaction_id, decision, model, degraded}: DecisionRecord) => ({
    ...{transaction_id, decision, degraded, version: model?.version ?? null},
  })
  expect(again.map(facts)).toEqual(emitted.map(facts))
  const versions = new Set(emitted.map((record) => facts(record).version))
  expect(versions).toEqual(new Set([1, null, 2]))
  expect(emitted.filter(({decision}) => decision !== 'approve').length).toBeGreaterThan(10)
  for (const [at, {score}] of emitted.entries())
    expect(Math.abs((again[at]?.score ?? -1) - (score ?? -1))).toBeLessThanOrEqual(1e-6)
})

test('without the rows as served, the last version scores what the replay works out', async () => {
  await rm(path('export/features.bin'))
  const {parity} = await replayed(path('other'))
  expect(parity).toEqual({recorded: 0, different: 0, unrecorded: exported.decisions})
})

test('features as served can be read from the data of a service that is stopped, and from its export', async () => {
  const {features} = (await readModel('features/model')).manifest
  const rowsIn = async (dir: string) => {
    const rows: string[] = []
    for await (const {row} of openServed(dir, features)) rows.push(row.transactionId)
    return rows
  }
  const served = await rowsIn(config.dataDir)
  expect(served).toHaveLength(exported.decisions)
  await withRecordedInput(
    ...([config.dataDir, config, clock, () => undefined] as const),
    async ({bundleFolder}) => expect(await rowsIn(join(bundleFolder, '..'))).toEqual(served),
  )
  await expect(rowsIn(path('rules'))).rejects.toThrow('holds no features as they were served')
})
