import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import type {BundleContent} from '../../src/core/bundle/bundle-content.js'
import type {BundleStore} from '../../src/engine/port/bundle-store.js'

export interface BundleStoreHarness {
  readonly store: BundleStore
  dispose(): Promise<void>
}

/** What every bundle store keeps to. */
export function describeBundleStore(name: string, make: () => Promise<BundleStoreHarness>): void {
  describe(`bundle store: ${name}`, () => {
    let harness: BundleStoreHarness
    let store: BundleStore

    beforeEach(async () => {
      harness = await make()
      store = harness.store
    })
    afterEach(() => harness.dispose())

    // What a bundle is made of does not matter to the one who keeps it.
    const content = (text: string) => ({text: `line\n"${text}" 😀`}) as unknown as BundleContent
    const rule = (id: string, version: number) => ({id, version, meaning: `of ${id} ${version}`})

    test('nothing is kept at first', async () => {
      expect(await store.ids()).toEqual([])
      expect(await store.first()).toBeUndefined()
      expect(await store.lastFolder()).toBeUndefined()
      expect(await store.meanings()).toEqual([])
      expect(await store.content('b1')).toBeUndefined()
    })

    test('contents and meanings of all bundles are kept', async () => {
      await store.keep('b1', content('one'), [rule('r/1', 1), rule('r2', 1)], true)
      await store.keep('b2', content('two'), [rule('r/1', 2), rule('r2', 1)], false)
      expect(await store.content('b1')).toEqual(content('one'))
      expect(await store.content('b2')).toEqual(content('two'))
      expect([...(await store.ids())].sort()).toEqual(['b1', 'b2'])
      const meanings = (await store.meanings()).map(({meaning}) => meaning)
      expect(meanings.sort()).toEqual(['of r/1 1', 'of r/1 2', 'of r2 1'])
    })

    test('the first bundle stays the first, though another begins too', async () => {
      await store.keep('b1', content('one'), [], true)
      await store.keep('b2', content('two'), [], true)
      expect(await store.first()).toBe('b1')
      expect(await store.content('b2')).toEqual(content('two'))
    })

    test('the folder is what was noted last', async () => {
      await store.noteFolder('b1')
      await store.noteFolder('b2')
      expect(await store.lastFolder()).toBe('b2')
    })
  })
}
