import {join} from 'node:path'
import {Redis} from 'ioredis'
import {afterEach, beforeEach, expect, test} from 'vitest'
import type {AliasChange} from '../../../src/adapters/files/model-aliases.js'
import {ModelRegistry} from '../../../src/adapters/files/model-registry.js'
import {RedisModelStore} from '../../../src/adapters/redis/learning/model-store.js'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import type {NotedModels} from '../../../src/app/service/cluster/installation.js'
import {SharedModels} from '../../../src/app/service/cluster/learning/shared-models.js'
import {type TemporaryFolder, temporaryFolder} from '../../conformance/temporary-folder.js'
import {smallModel} from '../../support/learning/small-model.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

const AT = '2026-02-01T00:00:00.000Z'

/** What outlives Redis. */
function notes(): NotedModels {
  const noted = new Map<number, string>()
  let named: string | undefined
  return {
    versions: async () => [...noted.keys()],
    version: async (number) => noted.get(number),
    aliases: async () => named,
    note: async (versions, aliases) => {
      for (const [number, text] of versions) noted.set(number, text)
      named = aliases
    },
  }
}

describeOnRedis('the versions of the model, shared by workers', (url) => {
  let folder: TemporaryFolder
  let namespace = ''
  let noted: NotedModels
  const ends: (() => unknown)[] = []
  beforeEach(async () => {
    folder = await temporaryFolder()
    namespace = freshNamespace()
    noted = notes()
  })
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
    await folder.remove()
  })

  /** As of one more worker, with a folder of its own. */
  function worker(name: string) {
    const connection = new RedisConnection(new Redis(url))
    const models = join(folder.path, name)
    const registry = new ModelRegistry(models, undefined)
    const byHand: AliasChange[] = []
    const shared = new SharedModels({
      ...{folder: models, registry, noted, store: new RedisModelStore(connection, {namespace})},
      onFolderChanged: async (changes) => void byHand.push(...changes),
      onTrouble: (error) => expect.fail(error.message),
    })
    ends.push(async () => {
      await shared.stop()
      connection.close()
    })
    const aliases = async () => [await registry.versionOf('champion'), await registry.versionOf('challenger')]
    return {shared, registry, byHand, aliases, connection}
  }
  /** Under an id of its own, so that versions differ. */
  const add = (registry: ModelRegistry, id: string) => {
    const {manifest, weights} = smallModel()
    return registry.add({...manifest, id}, weights, AT)
  }
  const idsOf = async (registry: ModelRegistry) =>
    (await registry.list()).map(({content}) => (content instanceof Error ? content.message : content.id))

  test('what one adds or promotes is with all of them, and numbers are given once', async () => {
    const [one, other] = [worker('one'), worker('other')]
    await Promise.all([one, other].map(({shared}) => shared.start()))
    const numbers = await Promise.all(
      [one, other, one, other].map(({shared, registry}, i) => shared.change(() => add(registry, `m${i}`))),
    )
    expect(numbers.sort()).toEqual([1, 2, 3, 4])
    await other.shared.change(() => other.registry.promote(4, AT, 'better'))
    for (const {registry, aliases} of [one, other]) {
      await expect.poll(aliases, {timeout: 5_000}).toEqual([4, undefined])
      expect((await idsOf(registry)).sort()).toEqual(['m0', 'm1', 'm2', 'm3'])
    }
    expect(await idsOf(one.registry)).toEqual(await idsOf(other.registry))
    expect([...one.byHand, ...other.byHand]).toEqual([])
  })

  test('what a command changed in the folder of one becomes shared, and is told', async () => {
    const [one, other] = [worker('one'), worker('other')]
    await add(one.registry, 'first')
    await one.shared.start()
    await other.shared.start()
    await expect.poll(other.aliases, {timeout: 5_000}).toEqual([1, undefined])
    await add(other.registry, 'by hand')
    await other.registry.promote(2, AT, 'forced')
    await expect.poll(one.aliases, {timeout: 5_000}).toEqual([2, undefined])
    expect(other.byHand.map(({alias, to, by}) => [alias, to, by])).toEqual([
      ['challenger', 2, 'train'],
      ['champion', 2, 'promote'],
    ])
    // Also where nobody runs at the time.
    await one.shared.stop()
    await one.registry.rollback(AT)
    const restarted = worker('one')
    await restarted.shared.start()
    await expect.poll(other.aliases, {timeout: 5_000}).toEqual([1, undefined])
    expect(restarted.byHand.map(({by, to}) => [by, to])).toEqual([['rollback', 1]])
  })

  test('versions of folders that knew nothing of each other all stay, under numbers of their own', async () => {
    const [one, other] = [worker('one'), worker('other')]
    await add(one.registry, 'of one')
    await add(other.registry, 'of other')
    await add(other.registry, 'another of other')
    await one.shared.start()
    await other.shared.start()
    await expect.poll(async () => (await idsOf(one.registry)).length, {timeout: 5_000}).toBe(3)
    expect((await idsOf(one.registry))[0]).toBe('of one')
    expect((await idsOf(one.registry)).sort()).toEqual(['another of other', 'of one', 'of other'])
    expect((await one.aliases())[0]).toBe(1)
    expect(await idsOf(other.registry)).toEqual(await idsOf(one.registry))
  })

  test('outlive Redis and every folder', async () => {
    const one = worker('one')
    await one.shared.start()
    for (const id of ['a', 'b']) await one.shared.change(() => add(one.registry, id))
    await one.shared.stop()
    namespace = freshNamespace()
    const later = worker('later')
    await later.shared.start()
    expect([await idsOf(later.registry), await later.aliases()]).toEqual([
      ['a', 'b'],
      [1, 2],
    ])
  })
})
