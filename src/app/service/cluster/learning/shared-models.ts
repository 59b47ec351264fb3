import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {Exclusive} from '../../../../adapters/embedded/exclusive.js'
import {
  type AliasChange,
  type Aliases,
  parseAliases,
  readAliases,
  writeAliases,
} from '../../../../adapters/files/model-aliases.js'
import {ModelCopies} from '../../../../adapters/files/model-copies.js'
import {readModel} from '../../../../adapters/files/model-folder.js'
import type {ModelRegistry} from '../../../../adapters/files/model-registry.js'
import type {RedisModelStore} from '../../../../adapters/redis/learning/model-store.js'
import type {Lease} from '../../../../adapters/redis/lease.js'
import type {NotedModels} from '../installation.js'

export interface SharedModelsParts {
  /** Of this worker's versions. */
  readonly folder: string
  /** On the same folder. */
  readonly registry: ModelRegistry
  readonly store: RedisModelStore
  /** Where what is shared is kept though Redis is gone. */
  readonly noted: NotedModels
  /** Hears of what somebody changed in the folder: by a command, past the workers. */
  readonly onFolderChanged: (changes: readonly AliasChange[]) => Promise<void>
  /** Hears of what went wrong and is tried again. */
  readonly onTrouble: (error: Error) => void
}

const LOOK_EVERY_MS = 2_000
const LEASE_LIMIT_MS = 60_000
const LEASE_PAUSE_MS = 100

/**
 * Keeps the folder of versions the same with all workers: each goes on to use its own, which follows what is shared. Who changes
 * something has a lease, takes what the others did, and shares what is new. A change in the folder that goes on from what is shared
 * (a version that was trained by hand, a promotion by a command) becomes shared; where both went on, what is shared stands.
 */
export class SharedModels {
  private readonly copies: ModelCopies
  private readonly turns = new Exclusive()
  /** Versions that were found to be what is shared. */
  private readonly same = new Set<number>()
  private known: string | undefined
  private hasLooked = false
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined

  constructor(private readonly parts: SharedModelsParts) {
    this.copies = new ModelCopies(parts.folder)
  }

  /** Takes what is shared, and follows it from now on. */
  async start(): Promise<void> {
    // Without the lease, which somebody may have for long: nothing is shared yet.
    await this.turns.run(() => this.pull(false))
    this.timer = setInterval(() => this.lookSoon(), LOOK_EVERY_MS)
    this.timer.unref()
    this.lookSoon()
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.looking
  }

  /** Changes the registry on this worker's folder while no other worker can, and shares what came of it. */
  change<T>(task: () => Promise<T>): Promise<T> {
    return this.turns.run(async () => {
      const lease = await this.lease()
      try {
        await this.pull(true)
        const result = await task()
        await this.push(lease)
        return result
      } finally {
        await lease.release()
      }
    })
  }

  private lookSoon(): void {
    this.looking ??= this.look()
      .catch(this.parts.onTrouble)
      .finally(() => {
        this.looking = undefined
      })
  }

  private async look(): Promise<void> {
    const [shared, own, versions] = await Promise.all([
      this.parts.store.aliases(),
      this.copies.aliases(),
      this.copies.versions(),
    ])
    const isKnown = shared === this.known && own === this.known && versions.every((one) => this.same.has(one))
    if (isKnown && this.hasLooked) return
    await this.change(async () => undefined)
    this.hasLooked = true
  }

  private async lease(): Promise<Lease> {
    for (let waited = 0; ; waited += LEASE_PAUSE_MS) {
      const lease = await this.parts.store.take()
      if (lease !== undefined) return lease
      if (waited >= LEASE_LIMIT_MS)
        throw new Error('another worker changes the versions of the model; try again')
      await sleep(LEASE_PAUSE_MS)
    }
  }

  /** Takes what is shared into the folder. `isShared`: what the folder has beyond it is shared next, and told of. */
  private async pull(isShared: boolean): Promise<void> {
    const {store, noted, folder, onFolderChanged} = this.parts
    let text = await store.aliases()
    // A Redis that is empty, or was flushed, has what was noted.
    const isNew = text === undefined
    text ??= await noted.aliases()
    if (text === undefined) return
    const numbers = isNew ? await noted.versions() : await store.versions()
    const displaced = new Set((await this.copies.versions()).filter((one) => !numbers.includes(one)))
    const replaced: string[] = []
    for (const number of numbers) {
      if (!isNew && this.same.has(number)) continue
      const shared = isNew ? await noted.version(number) : await store.version(number)
      if (shared === undefined) continue
      const own = (await this.copies.versions()).includes(number) ? await this.copies.read(number) : undefined
      if (own !== undefined && own !== shared) replaced.push(own)
      if (own !== shared) await this.copies.write(number, shared)
      if (!isNew) this.same.add(number)
    }
    const shared = parseAliases(text)
    const own = await readAliases(folder)
    if (goesOn(own, shared) && replaced.length === 0) {
      const news = own.history.slice(shared.history.length)
      if (news.length > 0 && isShared) await onFolderChanged(news)
      return
    }
    await writeAliases(folder, shared)
    await this.addAgain(displaced, replaced)
  }

  /** What stood in the folder under a number that was given to another, or that nobody else knew of, gets the next. */
  private async addAgain(displaced: ReadonlySet<number>, replaced: readonly string[]): Promise<void> {
    const {registry, folder} = this.parts
    const texts = [...replaced]
    for (const number of displaced) {
      texts.push(await this.copies.read(number))
      await this.copies.remove(number)
    }
    for (const [i, text] of texts.entries()) {
      const place = Number.MAX_SAFE_INTEGER - i
      await this.copies.write(place, text)
      const {manifest, weights} = await readModel(join(folder, String(place))).finally(() =>
        this.copies.remove(place),
      )
      const {version: _version, weights: _weights, ...unwritten} = manifest
      await registry.add(unwritten, weights, manifest.created_at)
    }
  }

  /** Shares what the folder has and the others have not. */
  private async push(lease: Lease): Promise<void> {
    const {store, noted} = this.parts
    const own = await this.copies.aliases()
    const there = new Set(await store.versions())
    const versions = new Map<number, string>()
    for (const number of await this.copies.versions())
      if (!there.has(number)) versions.set(number, await this.copies.read(number))
    // Versions without aliases are none that anybody added.
    if (own === undefined) return
    const isNews = versions.size > 0 || own !== (await store.aliases())
    if (isNews) {
      await noted.note(versions, own)
      await store.put(lease, versions, own)
    }
    for (const number of await this.copies.versions()) this.same.add(number)
    this.known = own
  }
}

/** Whether changes of one follow those of the other, all of them. */
function goesOn(own: Aliases, shared: Aliases): boolean {
  const before = own.history.slice(0, shared.history.length)
  return JSON.stringify(before) === JSON.stringify(shared.history)
}
