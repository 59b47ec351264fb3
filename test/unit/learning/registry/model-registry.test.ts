import {truncate, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {writeModel} from '../../../../src/adapters/files/model-folder.js'
import {ModelRegistry} from '../../../../src/adapters/files/model-registry.js'
import {type TemporaryFolder, temporaryFolder} from '../../../conformance/temporary-folder.js'
import {smallModel} from '../../../support/learning/small-model.js'

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

const AT = '2026-02-01T00:00:00.000Z'
const models = () => join(folder.path, 'models')

async function registryWith(versions: number): Promise<ModelRegistry> {
  const registry = new ModelRegistry(models(), undefined)
  const {manifest, weights} = smallModel()
  for (let at = 0; at < versions; at++) await registry.add(manifest, weights, AT)
  return registry
}

const aliasesOf = async (registry: ModelRegistry) => [
  await registry.versionOf('champion'),
  await registry.versionOf('challenger'),
]

describe('the registry', () => {
  test('makes the first version champion and later ones challenger', async () => {
    const registry = await registryWith(3)
    expect(await aliasesOf(registry)).toEqual([1, 3])
    expect((await registry.list()).map(({version, aliases}) => [version, aliases])).toEqual([
      [1, ['champion']],
      [2, []],
      [3, ['challenger']],
    ])
  })

  test('is empty at first, and says so', async () => {
    const registry = await registryWith(0)
    expect(await registry.list()).toEqual([])
    await expect(registry.load(1)).rejects.toThrow('there is no version 1 of the model; there is none yet')
  })

  test('gives a version back as it was added', async () => {
    const {manifest, weights} = await (await registryWith(2)).load(2)
    expect(manifest).toEqual({...smallModel().manifest, version: 2})
    expect(weights).toEqual(smallModel().weights)
  })

  test('promotes a challenger, which is none any more, and keeps why', async () => {
    const registry = await registryWith(2)
    await registry.promote(2, AT, 'average precision 0.7 against 0.6')
    expect(await aliasesOf(registry)).toEqual([2, undefined])
    expect((await registry.history()).at(-1)).toEqual({
      at: AT,
      alias: 'champion',
      from: 1,
      to: 2,
      by: 'promote',
      reason: 'average precision 0.7 against 0.6',
    })
  })

  test('rolls back step by step', async () => {
    const registry = await registryWith(3)
    await registry.promote(2, AT, 'better')
    await registry.promote(3, AT, 'better')
    expect(await registry.rollback(AT)).toBe(2)
    expect(await registry.rollback(AT)).toBe(1)
    await expect(registry.rollback(AT)).rejects.toThrow('there was no champion before this one')
    expect(await registry.versionOf('champion')).toBe(1)
  })

  test('survives a restart', async () => {
    await (await registryWith(2)).promote(2, AT, 'better')
    expect(await aliasesOf(new ModelRegistry(models(), undefined))).toEqual([2, undefined])
  })
})

describe('the registry refuses', () => {
  test('to promote what is champion already, or not there', async () => {
    const registry = await registryWith(2)
    await expect(registry.promote(1, AT, '')).rejects.toThrow('version 1 is the champion already')
    await expect(registry.promote(7, AT, '')).rejects.toThrow(
      'there is no version 7 of the model; there are 1, 2',
    )
  })

  test('to promote or to roll back to a version that is damaged, and leaves the champion', async () => {
    const registry = await registryWith(3)
    await truncate(join(models(), '2', 'weights.bin'), 8)
    await expect(registry.promote(2, AT, '')).rejects.toThrow('it has 8 bytes')
    await registry.promote(3, AT, '')
    await truncate(join(models(), '1', 'weights.bin'), 8)
    await expect(registry.rollback(AT)).rejects.toThrow('it has 8 bytes')
    expect(await registry.versionOf('champion')).toBe(3)
  })

  test('to guess who is champion where the file that says so is broken', async () => {
    const registry = await registryWith(1)
    await writeFile(join(models(), 'aliases.json'), '{"champion"')
    await expect(registry.versionOf('champion')).rejects.toThrow('it does not say which version is champion')
  })

  test('lists a damaged version with the reason', async () => {
    const registry = await registryWith(2)
    await writeFile(join(models(), '1', 'manifest.json'), '')
    const [first, second] = await registry.list()
    expect(first?.content).toMatchObject({code: 'model_corrupted'})
    expect(second?.content).toMatchObject({version: 2})
  })
})

describe('the version that comes with the program', () => {
  async function withShipped(): Promise<ModelRegistry> {
    const shipped = join(folder.path, 'shipped')
    const {manifest, weights} = smallModel()
    await writeModel(shipped, manifest, weights)
    return new ModelRegistry(models(), shipped)
  }

  test('is champion until another one is, and can be rolled back to', async () => {
    const registry = await withShipped()
    expect(await registry.versionOf('champion')).toBe(1)
    const {manifest, weights} = smallModel()
    expect(await registry.add(manifest, weights, AT)).toBe(2)
    expect(await aliasesOf(registry)).toEqual([1, 2])
    await registry.promote(2, AT, 'better')
    expect(await registry.rollback(AT)).toBe(1)
    expect((await registry.list()).map(({version, isShipped}) => [version, isShipped])).toEqual([
      [1, true],
      [2, false],
    ])
  })
})
