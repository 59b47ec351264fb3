import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {stringify} from 'yaml'
import {AuditTrail} from '../../src/adapters/embedded/audit-trail.js'
import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {ModelRegistry} from '../../src/adapters/files/model-registry.js'
import type {WallTime} from '../../src/core/event/time.js'
import type {ModelManifest} from '../../src/core/model/model-manifest.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {PAYMENT_VIEW, ServedData} from '../support/learning/served-data.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

let folder: TemporaryFolder
const path = (name: string) => join(folder.path, name)
const options = () => ({
  env: {TRIPLINE_DATA_DIR: path('data'), TRIPLINE_MODEL_RETRAIN_MATURITY: '10m'},
})
const where = () => ['--features', path('features'), '--rules', path('rules')]
const train = (...more: string[]) => [
  ...['train', '--from-service', '--maturity', '10m', '--members', '1'],
  ...where(),
  ...more,
]

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
  for (const name of ['features', 'rules', 'data']) await mkdir(path(name))
  await writeFile(path('features/payment.yaml'), stringify(PAYMENT_VIEW))
}, 90_000)
afterAll(() => folder.remove())

async function withData<T>(work: (database: EmbeddedDatabase) => Promise<T>): Promise<T> {
  const database = await EmbeddedDatabase.open(path('data'))
  return work(database).finally(() => database.close())
}

describe('train --from-service', () => {
  test('says that nothing was served yet', async () => {
    const {code, stderr} = await tripline(train(), options())
    expect(code).toBe(2)
    expect(stderr).toContain(
      'nothing was served from this data_dir yet; run the service, or train --input FILE',
    )
  })

  test('learns from the features as they were served, and a later version is promoted on what came since', async () => {
    const data = new ServedData()
    await withData((database) => data.add(database, 600, (amount) => amount > 900))
    const first = await triplineJson<ModelManifest>(train(), options())
    expect(first).toMatchObject({version: 1, features: {names: ['payment.amount']}, compared: null})
    expect(first.training.judged_from).toBeDefined()
    await withData((database) => data.add(database, 900, (amount) => amount < 100))
    expect(await triplineJson(train(), options())).toMatchObject({version: 2, compared: {version: 1}})

    const promoted = await tripline(['models', 'promote', '2', ...where()], options())
    expect(promoted.stderr).toBe('')
    expect(promoted.stdout).toMatch(
      /^version 2 is champion\naverage precision [01]\.\d+ against 0\.\d+ of version 1 on \d+ later transactions with \d+ frauds\n$/,
    )
    const forced = await tripline(['models', 'promote', '1', '--force', ...where()], options())
    expect(forced.stdout).toMatch(/^version 1 is champion\nforced by \S+, though /)
    const trail = await withData(async (database) => {
      const audit = await AuditTrail.open(database, {now: () => Date.now() as WallTime})
      return (await audit.records(10, undefined)).items
    })
    expect(trail.map(({action, subject: {id}}) => [action, id])).toEqual([
      ['model.promote', '1'],
      ['model.promote', '2'],
    ])
    expect(await new ModelRegistry(path('data/models'), undefined).versionOf('champion')).toBe(1)
  })

  test('refuses features that are not those in force', async () => {
    await writeFile(
      path('features/payment.yaml'),
      stringify({...PAYMENT_VIEW, rows: [{name: 'double', expr: 'tx.amount * 2.0'}]}),
    )
    const {code, stderr} = await tripline(train(), options())
    expect(code).toBe(2)
    expect(stderr).toMatch(/none of the \d+ transactions in the feature log was served the features in force/)
  })

  test.each([
    [['train'], 'what to learn from? Name files by --input, or say --from-service'],
    [['train', '--from-service', '--input', 'a'], '--from-service brings its own transactions and labels'],
  ])('%j says what to write', async (command, remedy) => {
    const {code, stderr} = await tripline(command, options())
    expect([code, stderr.includes(remedy)]).toEqual([2, true])
  })
})
