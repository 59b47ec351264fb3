import {UnknownBundleError} from '../../adapters/http/rules-service.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {BundleStore} from '../../engine/port/bundle-store.js'
import {compileAs} from './compile-as.js'
import type {LoadedBundle} from './load-bundle.js'

/** The data directory has seen no rules yet. */
export class NothingInForceError extends RangeError {
  constructor() {
    super('no rules were ever in force in this data directory; tripline run begins with those of the folder')
    this.name = 'NothingInForceError'
  }
}

/** The bundles that are kept, compiled when they are asked for. */
export class KeptBundles {
  private readonly compiled = new Map<string, LoadedBundle>()

  constructor(readonly store: BundleStore) {}

  /** Keeps a bundle before it comes into force. */
  async keep(loaded: LoadedBundle, isFirst = false): Promise<void> {
    const {bundle, content} = loaded
    const rules = bundle.rules.map(({id, version}) => {
      const source = bundle.sources.find((file) => file.id === id)
      return {id, version, meaning: source?.meaning ?? ''}
    })
    await this.store.keep(bundle.id, content, rules, isFirst)
    this.compiled.set(bundle.id, loaded)
  }

  /** Rejects with UnknownBundleError. */
  async load(id: string): Promise<LoadedBundle> {
    const known = this.compiled.get(id)
    if (known !== undefined) return known
    const content = await this.store.content(id)
    if (content === undefined) throw new UnknownBundleError(id, await this.store.ids())
    const loaded = {content, bundle: compileAs(id, content)}
    this.compiled.set(id, loaded)
    return loaded
  }

  /**
   * The bundle under which a partition goes on: that of its checkpoint; before the first commit the one with which the
   * log begins, which is that of the folder if nothing ran here before. Rejects with NothingInForceError.
   */
  async inForceAt(checkpoint: string | undefined, folder: LoadedBundle | undefined): Promise<Bundle> {
    const id = checkpoint ?? (await this.store.first())
    if (id !== undefined) return (await this.load(id)).bundle
    if (folder === undefined) throw new NothingInForceError()
    await this.keep(folder, true)
    await this.store.noteFolder(folder.bundle.id)
    return folder.bundle
  }
}
