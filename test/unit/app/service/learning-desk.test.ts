import {truncate} from 'node:fs/promises'
import {join} from 'node:path'
import {Registry} from 'prom-client'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {AuditTrail} from '../../../../src/adapters/embedded/audit-trail.js'
import {EmbeddedDatabase} from '../../../../src/adapters/embedded/database.js'
import {ModelRegistry} from '../../../../src/adapters/files/model-registry.js'
import type {RetrainReport} from '../../../../src/adapters/http/retrain-service.js'
import {LearningMetrics} from '../../../../src/adapters/telemetry/learning-metrics.js'
import {loadConfig} from '../../../../src/app/config/load-config.js'
import type {LearningAnswer, LearningTask} from '../../../../src/app/learning/learning-task.js'
import {performTask} from '../../../../src/app/learning/perform-task.js'
import {runInProcess} from '../../../../src/app/learning/run-in-process.js'
import {LearningDesk} from '../../../../src/app/service/learning-desk.js'
import {ModelDesk} from '../../../../src/app/service/model-desk.js'
import type {WallTime} from '../../../../src/core/event/time.js'
import {type TemporaryFolder, temporaryFolder} from '../../../conformance/temporary-folder.js'
import {ServedData} from '../../../support/learning/served-data.js'

const ANA = {id: 'key:1', name: 'ana'}
const clock = {now: () => Date.now() as WallTime}

let folder: TemporaryFolder
let database: EmbeddedDatabase
let data: ServedData
beforeEach(async () => {
  folder = await temporaryFolder()
  database = await EmbeddedDatabase.open(folder.path)
  data = new ServedData()
})
afterEach(async () => {
  await database.close()
  await folder.remove()
})

interface Settings {
  readonly automatic?: boolean
  readonly perform?: (task: LearningTask, signal: AbortSignal) => Promise<LearningAnswer>
}

async function deskOf({automatic = false, perform = performTask}: Settings = {}) {
  const config = loadConfig({
    folder: folder.path,
    env: {},
    overrides: {
      data_dir: folder.path,
      'features.dir': join(folder.path, 'features'),
      'model.retrain.maturity': '10m',
      'model.promotion.automatic': automatic,
    },
  })
  const audit = await AuditTrail.open(database, clock)
  const schema = () => data.bundle.features.schema
  const models: ModelDesk = new ModelDesk({
    ...{config, audit, clock, features: schema, deciding: () => null},
    evidence: (version) => desk.evidence(version),
  })
  const reports: RetrainReport[] = []
  const metrics = new Registry()
  const desk: LearningDesk = new LearningDesk({
    ...{config, database, audit, clock, schema, models, perform},
    counted: new LearningMetrics(metrics),
    onReport: (report) => reports.push(report),
  })
  const retrain = async () => {
    const before = reports.length
    await desk.retrain(ANA)
    await expect.poll(() => reports.length, {timeout: 30_000}).toBe(before + 1)
    return reports.at(-1)
  }
  const registry = new ModelRegistry(join(folder.path, 'models'), undefined)
  return {desk, models, retrain, registry, audit, metrics}
}

const large = (amount: number) => amount > 900
const small = (amount: number) => amount < 100

describe('training from what was served', () => {
  test('makes the first version champion and the next one challenger, and tells who asked', async () => {
    await data.add(database, 600, large)
    const {desk, retrain, registry, audit, metrics} = await deskOf()
    expect(await retrain()).toMatchObject({
      trigger: 'request',
      outcome: 'trained',
      version: 1,
      detail: expect.stringMatching(/^learnt from 6\d\d transactions|^learnt from 5\d\d transactions/),
    })
    expect(await retrain()).toMatchObject({version: 2})
    expect([await registry.versionOf('champion'), await registry.versionOf('challenger')]).toEqual([1, 2])
    expect((await audit.records(1, undefined)).items[0]).toMatchObject({actor: ANA, action: 'model.retrain'})
    expect(await metrics.metrics()).toContain(
      'tripline_model_retrain_runs{trigger="request",outcome="trained"} 2',
    )
    await desk.stop()
  })

  test.each<[string, NonNullable<Settings['perform']>, RegExp]>([
    [
      'says why it cannot learn',
      async () => ({kind: 'failed', message: 'too few labels'}),
      /^too few labels$/,
    ],
    // As the program is not built here, there is no such process.
    ['dies', runInProcess, /^the process ended with code 1\. .*learning-process/s],
    [
      'leaves weights that are cut short',
      async (task, signal) => {
        const answer = await performTask(task)
        if (task.work.kind === 'train') await truncate(join(task.work.out, 'weights.bin'), 8)
        return signal.aborted ? {kind: 'failed', message: 'aborted'} : answer
      },
      /weights\.bin: it has 8 bytes/,
    ],
  ])('that %s is told, and the champion stays', async (_, perform, detail) => {
    await data.add(database, 600, large)
    const first = await deskOf()
    await first.retrain()
    await first.desk.stop()
    const {desk, retrain, registry, metrics} = await deskOf({perform})
    expect(await retrain()).toMatchObject({
      outcome: 'failed',
      version: null,
      detail: expect.stringMatching(detail),
    })
    expect((await registry.list()).map(({version, aliases}) => [version, aliases])).toEqual([
      [1, ['champion']],
    ])
    expect(await metrics.metrics()).toContain('outcome="failed"} 1')
    await desk.stop()
  })
})

describe('a version that was trained', () => {
  test('is promoted by itself where the policy says so and the evidence speaks for it', async () => {
    await data.add(database, 600, large)
    const {desk, retrain, registry, audit} = await deskOf({automatic: true})
    await retrain()
    await data.add(database, 800, small)
    const report = await retrain()
    expect(report?.detail).toMatch(
      /; promoted: average precision [01]\.\d+ against 0\.\d+ of version 1 on \d+ later transactions with \d+ frauds$/,
    )
    expect(await registry.versionOf('champion')).toBe(2)
    expect((await audit.records(1, undefined)).items[0]).toMatchObject({
      actor: {id: 'service'},
      action: 'model.promote',
      before: {champion: 1},
    })
    await desk.stop()
  })

  test('is not promoted by itself where it does no better', async () => {
    await data.add(database, 1800, large)
    const {desk, retrain, registry} = await deskOf({automatic: true})
    await retrain()
    expect((await retrain())?.detail).toMatch(/; version 2 is not promoted: average precision/)
    expect(await registry.versionOf('champion')).toBe(1)
    await desk.stop()
  })

  test('is judged by what was served since, not by what training found', async () => {
    await data.add(database, 600, large)
    const {desk, models, retrain, registry} = await deskOf()
    await retrain()
    await data.add(database, 800, small)
    await retrain()
    // The fraud changes back: the champion is right again.
    await data.add(database, 900, large)
    await expect(models.promote(2, ANA)).rejects.toThrow(
      /^version 2 is not promoted: average precision [01]\.\d+ against/,
    )
    expect(await registry.versionOf('champion')).toBe(1)
    await desk.stop()
  })
})
