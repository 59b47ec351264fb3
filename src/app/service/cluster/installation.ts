import {InstallationLog} from '../../../adapters/kafka/installation-log.js'
import {kafkaClient} from '../../../adapters/kafka/kafka-client.js'
import type {InstanceNotes} from '../../../adapters/redis/instance-notes.js'
import type {Keyspace} from '../../../adapters/redis/keyspace.js'
import type {BundleContent} from '../../../core/bundle/bundle-content.js'
import type {BundleStore, RuleMeaning} from '../../../engine/port/bundle-store.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {ClusterConnections, ClusterTarget} from './cluster-connections.js'

interface NotedBundle {
  readonly content: BundleContent
  readonly rules: readonly RuleMeaning[]
}

/** The versions of the model as texts, as they were noted. */
export interface NotedModels {
  versions(): Promise<readonly number[]>
  version(number: number): Promise<string | undefined>
  aliases(): Promise<string | undefined>
  note(versions: ReadonlyMap<number, string>, aliases: string): Promise<void>
}

const BUNDLE = 'bundle/'
const MODEL = 'model/'
const MODEL_ALIASES = 'model-aliases'
const FIRST = 'first-bundle'
const FOLDER = 'folder'

/**
 * What an installation knows besides its events, kept on the log where a flush of Redis does not reach: which instance of
 * its state each partition has, all bundles that were ever in force, and the versions of the model.
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

  /** Asked where Redis knows of none: another process may have noted what this one does not know. */
  readonly models: NotedModels = {
    versions: async () =>
      [...this.notes.keys()]
        .filter((name) => name.startsWith(MODEL))
        .map((name) => Number(name.slice(MODEL.length))),
    version: async (number) => this.notes.get(MODEL + number),
    aliases: async () => {
      await this.refresh()
      return this.notes.get(MODEL_ALIASES)
    },
    note: async (versions, aliases) => {
      for (const [number, text] of versions) await this.write(MODEL + number, text)
      await this.write(MODEL_ALIASES, aliases)
    },
  }

  /** Gives a store back what it has lost, if it has: all, or what came after an older file of it. */
  async restore(store: BundleStore): Promise<void> {
    const there = await store.first()
    if (there !== undefined) await this.adopt(store, there)
    // Another process may have noted what this one does not know.
    await this.refresh()
    const first = this.notes.get(FIRST)
    const kept = new Set(await store.ids())
    for (const [name, text] of this.notes) {
      const id = name.slice(BUNDLE.length)
      if (!name.startsWith(BUNDLE) || kept.has(id)) continue
      const {content, rules} = JSON.parse(text) as NotedBundle
      await store.keep(id, content, rules, id === first)
    }
    const isWhole = there !== undefined && kept.size === (await store.ids()).length
    const folder = this.notes.get(FOLDER)
    if (folder !== undefined && !isWhole) await store.noteFolder(folder)
  }

  /** Notes what a store holds that was not noted, such as one that was begun before there were notes. */
  private async adopt(store: BundleStore, first: string): Promise<void> {
    const unknown = (await store.ids()).filter((id) => !this.notes.has(BUNDLE + id))
    const rules = unknown.length === 0 ? [] : await store.meanings()
    for (const id of unknown) {
      const content = await store.content(id)
      if (content !== undefined) await this.write(BUNDLE + id, JSON.stringify({content, rules}))
    }
    if (!this.notes.has(FIRST)) await this.write(FIRST, first)
  }

  private async write(name: string, value: string): Promise<void> {
    await this.log.note(name, value)
    this.notes = new Map(this.notes).set(name, value)
  }

  private nameOf(partition: number): string {
    return `instance/${this.generation}/${partition}`
  }
}

/** What an installation knows, with what its Redis had lost of it put back. */
export async function openInstallation(
  {kafka: connection, log}: ClusterTarget,
  {sender, names, keyspace, bundleStore}: ClusterConnections,
  clock: Clock,
): Promise<Installation> {
  const kafka = kafkaClient({connection, clientId: 'tripline-installation', log})
  const noted = new InstallationLog({kafka, sender, topic: names.installation, clock})
  const installation = await Installation.open(noted, keyspace)
  await installation.restore(bundleStore)
  return installation
}
