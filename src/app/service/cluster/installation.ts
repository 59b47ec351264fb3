import type {InstallationLog} from '../../../adapters/kafka/installation-log.js'
import type {InstanceNotes} from '../../../adapters/redis/instance-notes.js'
import type {Keyspace} from '../../../adapters/redis/keyspace.js'
import type {BundleContent} from '../../../core/bundle/bundle-content.js'
import type {BundleStore, RuleMeaning} from '../../../engine/port/bundle-store.js'

interface NotedBundle {
  readonly content: BundleContent
  readonly rules: readonly RuleMeaning[]
}

const BUNDLE = 'bundle/'
const FIRST = 'first-bundle'
const FOLDER = 'folder'

/**
 * What an installation knows besides its events, kept on the log where a flush of Redis does not reach: which instance of
 * its state each partition has, and all bundles that were ever in force.
 */
export class Installation implements InstanceNotes {
  private notes: ReadonlyMap<string, string> = new Map()

  private constructor(
    private readonly log: InstallationLog,
    private readonly generation: number,
  ) {}

  static async open(log: InstallationLog, {generation = 1}: Keyspace): Promise<Installation> {
    const installation = new Installation(log, generation)
    await installation.refresh()
    return installation
  }

  noted(partition: number): string | undefined {
    return this.notes.get(this.nameOf(partition))
  }

  async refresh(): Promise<void> {
    this.notes = await this.log.read()
  }

  note(partition: number, instance: string): Promise<void> {
    return this.write(this.nameOf(partition), instance)
  }

  /** The same store, which notes on the log what it is given before it takes it. */
  noting(store: BundleStore): BundleStore {
    return {
      keep: async (id, content, rules, isFirst) => {
        const text = JSON.stringify({content, rules} satisfies NotedBundle)
        if (this.notes.get(BUNDLE + id) !== text) await this.write(BUNDLE + id, text)
        if (isFirst && !this.notes.has(FIRST)) await this.write(FIRST, id)
        await store.keep(id, content, rules, isFirst)
      },
      noteFolder: async (id) => {
        await this.write(FOLDER, id)
        await store.noteFolder(id)
      },
      content: (id) => store.content(id),
      ids: () => store.ids(),
      first: () => store.first(),
      meanings: () => store.meanings(),
      lastFolder: () => store.lastFolder(),
    }
  }

  /** Gives a store back what it has lost, if it has. */
  async restore(store: BundleStore): Promise<void> {
    const there = await store.first()
    if (there !== undefined && there === this.notes.get(FIRST)) return
    // Another process may have noted what this one does not know.
    await this.refresh()
    const first = this.notes.get(FIRST)
    if (first === undefined && there !== undefined) return this.adopt(store, there)
    if (first === undefined || there === first) return
    for (const [name, text] of this.notes) {
      if (!name.startsWith(BUNDLE)) continue
      const id = name.slice(BUNDLE.length)
      const {content, rules} = JSON.parse(text) as NotedBundle
      await store.keep(id, content, rules, id === first)
    }
    const folder = this.notes.get(FOLDER)
    if (folder !== undefined) await store.noteFolder(folder)
  }

  /** Notes what a store holds that was begun before there were notes. */
  private async adopt(store: BundleStore, first: string): Promise<void> {
    const rules = await store.meanings()
    for (const id of await store.ids()) {
      const content = await store.content(id)
      if (content !== undefined) await this.write(BUNDLE + id, JSON.stringify({content, rules}))
    }
    await this.write(FIRST, first)
  }

  private async write(name: string, value: string): Promise<void> {
    await this.log.note(name, value)
    this.notes = new Map(this.notes).set(name, value)
  }

  private nameOf(partition: number): string {
    return `instance/${this.generation}/${partition}`
  }
}
