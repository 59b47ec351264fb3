import {EmbeddedBundleStore} from '../../adapters/embedded/bundle-store.js'
import type {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {EmbeddedStateStore} from '../../adapters/embedded/state-store.js'
import {UnknownBundleError} from '../../adapters/http/rules-service.js'
import type {BundleContent} from '../../core/bundle/bundle-content.js'
import type {InForce} from '../../core/bundle/in-force.js'

/** Which bundle was in force where on the log of a partition. */
export class BundleHistory {
  private constructor(
    private readonly first: string,
    /** In the order of the log. */
    private readonly activations: readonly InForce[],
    private readonly contents: ReadonlyMap<string, BundleContent>,
  ) {}

  static async read(database: EmbeddedDatabase, partition: number): Promise<BundleHistory> {
    const store = new EmbeddedBundleStore(database)
    const activations = await new EmbeddedStateStore(database).activations(partition)
    const first = (await store.first()) ?? ''
    const contents = new Map<string, BundleContent>()
    for (const id of new Set([first, ...activations.map(({bundle}) => bundle)])) {
      const content = await store.content(id)
      if (content === undefined) throw new UnknownBundleError(id, await store.ids())
      contents.set(id, content)
    }
    return new BundleHistory(first, activations, contents)
  }

  /** How the bundle came to be in force that a control record at an offset activated. */
  activationAt(offset: number): InForce | undefined {
    return this.activations.find((activation) => activation.offset === offset)
  }

  /** By which an input at an offset was judged. */
  inForceAt(offset: number): BundleContent {
    return this.contents.get(this.idAt(offset)) as BundleContent
  }

  /** The bundles that were in force from one offset to another (both included), and their contents. */
  between(first: number, last: number): ReadonlyMap<string, BundleContent> {
    const followed = this.activations.filter(({offset}) => offset >= first && offset <= last)
    const ids = [this.idAt(first), ...followed.map(({bundle}) => bundle)]
    return new Map(ids.map((id) => [id, this.contents.get(id) as BundleContent]))
  }

  /** The id of the bundle by which an input at an offset was judged. */
  idAt(offset: number): string {
    return this.activations.findLast((activation) => activation.offset < offset)?.bundle ?? this.first
  }
}
