import {truncate} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {ModelRegistry} from '../../../../src/adapters/files/model-registry.js'
import {loadConfig} from '../../../../src/app/config/load-config.js'
import {ModelWatch} from '../../../../src/app/learning/model-watch.js'
import {scorerOf} from '../../../../src/app/learning/scorer-of.js'
import {type TemporaryFolder, temporaryFolder} from '../../../conformance/temporary-folder.js'
import {smallModel} from '../../../support/learning/small-model.js'

let folder: TemporaryFolder
let registry: ModelRegistry
beforeEach(async () => {
  folder = await temporaryFolder()
  registry = new ModelRegistry(join(folder.path, 'models'), undefined)
})
afterEach(() => folder.remove())

const AT = '2026-02-01T00:00:00.000Z'
const config = (alias: string) =>
  loadConfig({
    env: {TRIPLINE_DATA_DIR: folder.path, TRIPLINE_FEATURES_DIR: folder.path, TRIPLINE_MODEL_ALIAS: alias},
  })
async function add(): Promise<void> {
  const {manifest, weights} = smallModel()
  await registry.add(manifest, weights, AT)
}
const weightsOf = (version: number) => join(folder.path, 'models', String(version), 'weights.bin')

describe('the model of a configuration', () => {
  test('is the version that its alias stands for', async () => {
    await add()
    await add()
    expect((await scorerOf(config('champion'), {}))?.version).toEqual({id: 'small', version: 1})
    expect((await scorerOf(config('challenger'), {}))?.version).toEqual({id: 'small', version: 2})
  })

  test('is none where it asks for none', async () => {
    await add()
    expect(await scorerOf(config('none'), {})).toBeUndefined()
  })

  test('is told to be missing or damaged, and rules alone decide', async () => {
    const troubles: string[] = []
    const open = () => scorerOf(config('champion'), {onTrouble: (reason) => troubles.push(reason)})
    expect((await open())?.version).toBeUndefined()
    await add()
    await truncate(weightsOf(1), 20)
    expect((await open())?.version).toBeUndefined()
    expect(troubles[0]).toBe('no version of the model is champion; tripline train makes one')
    expect(troubles[1]).toContain('weights.bin: it has 20 bytes')
  })
})

test('a promotion and a rollback reach a running service; a damaged version does not, and the one in force stays', async () => {
  vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']})
  await add()
  await add()
  await add()
  const champion = config('champion')
  const serving = await scorerOf(champion, {})
  if (serving === undefined) throw new Error('there is a champion')
  const said: (number | string)[] = []
  const watch = new ModelWatch({
    config: champion,
    serving,
    onSwapped: (version) => said.push(version),
    onRefused: (message) => said.push(message.slice(message.lastIndexOf('/') + 1, message.indexOf(';'))),
  })
  const look = async () => {
    vi.advanceTimersByTime(2000)
    await expect.poll(() => said.length).toBeGreaterThan(0)
    return said.splice(0)
  }
  await registry.promote(2, AT, 'better')
  expect(await look()).toEqual([2])
  expect(serving.version?.version).toBe(2)
  await registry.rollback(AT)
  expect(await look()).toEqual([1])
  await registry.promote(3, AT, 'better')
  await truncate(weightsOf(3), 20)
  expect(await look()).toEqual(['weights.bin: it has 20 bytes, its manifest says 584'])
  expect(serving.version?.version).toBe(1)
  await watch.stop()
  vi.useRealTimers()
})
