import {readFile, truncate, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {readModel, writeModel} from '../../../../src/adapters/files/model-folder.js'
import {ModelRefusedError, requireFeatures} from '../../../../src/core/model/model-refusal.js'
import {type TemporaryFolder, temporaryFolder} from '../../../conformance/temporary-folder.js'
import {FEATURE_NAMES, smallModel} from '../../../support/learning/small-model.js'

let root: TemporaryFolder
let count = 0
beforeAll(async () => {
  root = await temporaryFolder()
})
afterAll(() => root.remove())

async function written(): Promise<string> {
  const folder = join(root.path, `model-${count++}`)
  const {manifest, weights} = smallModel()
  await writeModel(folder, manifest, weights)
  return folder
}

async function refusalOf(folder: string): Promise<ModelRefusedError> {
  const error = await readModel(folder).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ModelRefusedError)
  return error as ModelRefusedError
}

describe('a model on disk', () => {
  test('is read as it was written', async () => {
    expect(await readModel(await written())).toEqual(smallModel())
  })

  test('is never written over', async () => {
    const folder = await written()
    const {manifest, weights} = smallModel({id: 'another'})
    await expect(writeModel(folder, manifest, weights)).rejects.toThrow()
    expect((await readModel(folder)).manifest.id).toBe('small')
  })
})

describe('a model is refused, with the file, the reason and what to do,', () => {
  test('where its weights are cut short', async () => {
    const folder = await written()
    await truncate(join(folder, 'weights.bin'), 100)
    const {code, message} = await refusalOf(folder)
    expect(code).toBe('model_corrupted')
    expect(message).toMatch(
      /weights\.bin: it has 100 bytes, its manifest says 584; restore the file, or roll back/,
    )
  })

  test('where a bit of its weights flipped', async () => {
    const folder = await written()
    const bytes = await readFile(join(folder, 'weights.bin'))
    bytes[7] = (bytes[7] as number) ^ 1
    await writeFile(join(folder, 'weights.bin'), bytes)
    expect((await refusalOf(folder)).message).toContain('its content is not what its manifest says')
  })

  test('where its manifest was changed', async () => {
    const folder = await written()
    const path = join(folder, 'manifest.json')
    await writeFile(path, (await readFile(path, 'utf8')).replace('"slope": 1.5', '"slope": 15'))
    expect((await refusalOf(folder)).message).toContain('manifest.json: it was changed after it was written')
  })

  test.each([
    ['is no JSON', '{', 'it is not JSON'],
    ['is of another format', '{"schema":"other"}', 'schema'],
    ['is empty', '', 'it is not JSON'],
  ])('where its manifest %s', async (_name, text, reason) => {
    const folder = await written()
    await writeFile(join(folder, 'manifest.json'), text)
    const {code, message} = await refusalOf(folder)
    expect(code).toBe('model_corrupted')
    expect(message).toContain(reason)
  })

  test('where it is not there', async () => {
    const {code, message} = await refusalOf(join(root.path, 'nowhere'))
    expect(code).toBe('model_missing')
    expect(message).toContain('there is no such file; train a model or name another version')
  })
})

describe('a model of other features', () => {
  const {manifest} = smallModel()

  test('is refused, naming those that are missing', () => {
    const present = {hash: 'a'.repeat(32), names: FEATURE_NAMES.slice(1)}
    expect(() => requireFeatures(manifest, present)).toThrow(
      'model small version 1 was trained on other features (ffffffffffff, now aaaaaaaaaaaa; missing now: card.count_1h)',
    )
  })

  test('is refused where the names are the same and mean something else', () => {
    const present = {hash: 'a'.repeat(32), names: FEATURE_NAMES}
    expect(() => requireFeatures(manifest, present)).toThrow('a view means something else now')
  })

  test('is taken where the features are the same', () => {
    expect(() => requireFeatures(manifest, manifest.features)).not.toThrow()
  })
})
