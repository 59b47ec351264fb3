import {truncate, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {ModelRegistry} from '../../src/adapters/files/model-registry.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {smallModel} from '../support/learning/small-model.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

let folder: TemporaryFolder
let registry: ModelRegistry
const AT = '2026-02-01T00:00:00.000Z'

beforeAll(() => ensureBuilt(), 90_000)
beforeEach(async () => {
  folder = await temporaryFolder()
  registry = new ModelRegistry(join(folder.path, 'data', 'models'), undefined)
  await writeFile(join(folder.path, 'view.yaml'), VIEW)
})
afterEach(() => folder.remove())

/** The features of the small model. */
const VIEW = `
schema: tripline/feature-view/v1
name: card
entity: card_id
windows: [1h]
aggregates:
  - {name: count, fn: count}
`
const models = (...command: string[]) => ['models', ...command, '--features', folder.path]
const options = () => ({env: {TRIPLINE_DATA_DIR: join(folder.path, 'data')}})
const run = (...command: string[]) => tripline(models(...command), options())

async function add(changes: Parameters<typeof smallModel>[0] = {}): Promise<void> {
  const {manifest, weights} = smallModel(changes)
  await registry.add(manifest, weights, AT)
}

describe('models', () => {
  test('list says that there is none yet, and how to make one', async () => {
    const {code, stdout} = await run('list')
    expect(code).toBe(0)
    expect(stdout).toBe('there is no version yet; tripline train makes one\n')
  })

  test('list shows each version, who is champion, and what changed', async () => {
    await add()
    await add()
    const {stdout} = await run('list')
    expect(stdout).toMatch(/1 +champion +2026-01-01 +0\.600 +0\.900 +1000/)
    expect(stdout).toMatch(/2 +challenger/)
    expect(stdout).toContain('challenger: none → 2 (train: newly trained)')
    const {models: listed} = await triplineJson<{models: {version: number; aliases: string[]}[]}>(
      models('list'),
      options(),
    )
    expect(listed.map(({version, aliases}) => [version, aliases])).toEqual([
      [1, ['champion']],
      [2, ['challenger']],
    ])
  })

  test('show tells all about one', async () => {
    await add()
    const {stdout} = await run('show', '1')
    expect(stdout).toContain('model small version 1')
    expect(stdout).toContain('threshold: 0.5000 (at most 10 alerts per day)')
  })

  test('show of a version that is not there names those that are', async () => {
    await add()
    const {code, stderr} = await run('show', '9')
    expect(code).toBe(2)
    expect(stderr).toBe('there is no version 9 of the model; there are 1\n')
  })

  test('promote refuses a version that was trained on other features', async () => {
    await add()
    await add()
    const {code, stderr} = await run('promote', '2')
    expect(code).toBe(2)
    expect(stderr).toContain('was trained on other features')
  })

  test('drift is measured against the champion, and refused where it does not say how its features lay', async () => {
    expect(await run('drift')).toMatchObject({code: 2, stdout: ''})
    await add()
    const {code, stderr} = await run('drift')
    expect(code).toBe(2)
    expect(stderr).toContain('version 1 does not say how features lay in its training')
    const told = {edges: [1], shares: [0.5, 0.5], missing: 0}
    await add({distribution: {features: [told, told, told], score: told}})
    const {stderr: nothing} = await run('drift', '--against', '2', '--input', folder.path)
    expect(nothing).toContain('holds no features as they were served; name a folder that tripline export')
  })

  describe('of the features that there are', () => {
    let features: {hash: string; names: string[]}
    beforeEach(async () => {
      const {compileFeatureFiles} = await import('../../src/core/feature/compile-feature-files.js')
      const {streamsWith} = await import('../../src/core/event/stream.js')
      const {set} = compileFeatureFiles([{path: 'view.yaml', text: VIEW}], streamsWith([]))
      features = {hash: set?.schema.hash as string, names: [...(set?.schema.names ?? [])]}
    })

    /** A model of the one feature. */
    const of = (changes: Parameters<typeof smallModel>[0]) => ({
      features,
      scaling: {center: [2], spread: [1]},
      baseline: [1],
      networks: [
        [1, 72, 1],
        [1, 1],
      ],
      ...changes,
    })
    const addOne = async (changes: Parameters<typeof smallModel>[0] = {}) => {
      const {manifest} = smallModel(of(changes))
      await registry.add(manifest, new Float32Array(219).fill(0.1), AT)
    }

    test('promote makes a better challenger champion, and rollback undoes it', async () => {
      await addOne()
      await addOne({compared: {version: 1, average_precision: 0.5}})
      expect((await run('promote', '2')).stdout).toMatch(/^version 2 is champion\naverage precision 0\.6000/)
      expect(await registry.versionOf('champion')).toBe(2)
      expect((await registry.history()).at(-1)?.reason).toBe(
        'average precision 0.6000 against 0.5000 of version 1 on the same transactions',
      )
      expect((await run('rollback')).stdout).toBe('version 1 is champion again\n')
      expect(await registry.versionOf('champion')).toBe(1)
      const {code, stderr} = await run('rollback')
      expect(code).toBe(1)
      expect(stderr).toContain('there was no champion before this one')
    })

    test('promote refuses one that did no better, unless it is forced', async () => {
      await addOne()
      await addOne({compared: {version: 1, average_precision: 0.7}})
      const {code, stderr} = await run('promote', '2')
      expect(code).toBe(1)
      expect(stderr).toContain(
        'version 2 is not promoted: average precision 0.6000 against 0.7000 of version 1',
      )
      expect((await run('promote', '2', '--force')).code).toBe(0)
      expect((await registry.history()).at(-1)?.reason).toMatch(/^forced by .+, though average precision/)
    })

    test('promote refuses one that was compared with nobody', async () => {
      await addOne()
      await addOne()
      expect((await run('promote', '2')).stderr).toContain('it was not compared with version 1, the champion')
    })

    test('promote refuses damaged weights with the reason, also by force', async () => {
      await addOne()
      await addOne({compared: {version: 1, average_precision: 0.5}})
      await truncate(join(folder.path, 'data', 'models', '2', 'weights.bin'), 12)
      const {code, stderr} = await run('promote', '2', '--force')
      expect(code).toBe(2)
      expect(stderr).toContain('weights.bin: it has 12 bytes, its manifest says 876')
      expect(await registry.versionOf('champion')).toBe(1)
    })
  })
})
