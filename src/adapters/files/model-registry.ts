import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import type {ModelArtifact, ModelManifest} from '../../core/model/model-manifest.js'
import {ModelRefusedError} from '../../core/model/model-refusal.js'
import {type AliasChange, type Aliases, readAliases, writeAliases} from './model-aliases.js'
import {readManifest, readModel, type UnwrittenManifest, writeModel} from './model-folder.js'
import {RegistryRefusalError} from './registry-refusal.js'

/** Who a version is known as: the one that decides, and the one that is tried beside it. */
export type ModelAlias = 'champion' | 'challenger'

export interface RegisteredModel {
  readonly version: number
  readonly aliases: readonly ModelAlias[]
  /** Comes with the program. */
  readonly isShipped: boolean
  /** What it says of itself, or why it cannot be used. */
  readonly content: ModelManifest | ModelRefusedError
}

/**
 * The versions of the model in a folder, one folder each, and which of them is champion and challenger. Versions never
 * change; aliases do, and every change is kept. Besides, there is the version that comes with the program, which is
 * champion until another one is.
 */
export class ModelRegistry {
  constructor(
    private readonly folder: string,
    private readonly shippedFolder: string | undefined,
  ) {}

  /** By version. */
  async list(): Promise<RegisteredModel[]> {
    const {champion, challenger} = await this.aliases()
    const folders = await this.folders()
    return Promise.all(
      [...folders].map(async ([version, folder]) => ({
        version,
        aliases: [
          ...(version === champion ? (['champion'] as const) : []),
          ...(version === challenger ? (['challenger'] as const) : []),
        ],
        isShipped: folder === this.shippedFolder,
        content: await readManifest(folder).catch(refusalOf),
      })),
    )
  }

  /** The changes of champion and challenger, the newest last. */
  async history(): Promise<readonly AliasChange[]> {
    return (await readAliases(this.folder)).history
  }

  async versionOf(alias: ModelAlias): Promise<number | undefined> {
    return (await this.aliases())[alias] ?? undefined
  }

  /** Throws ModelRefusedError if there is no such version or it is not what was written. */
  async load(version: number): Promise<ModelArtifact> {
    const folders = await this.folders()
    const folder = folders.get(version)
    if (folder !== undefined) return readModel(folder)
    const known = folders.size === 0 ? 'there is none yet' : `there are ${[...folders.keys()].join(', ')}`
    throw new ModelRefusedError('model_missing', `there is no version ${version} of the model; ${known}`)
  }

  /** Adds a version and makes it challenger, or champion if there is none. Returns its number. */
  async add(
    manifest: Omit<UnwrittenManifest, 'version'>,
    weights: Float32Array,
    at: string,
  ): Promise<number> {
    const version = Math.max(0, ...(await this.folders()).keys()) + 1
    await writeModel(join(this.folder, String(version)), {...manifest, version}, weights)
    const {champion} = await this.aliases()
    const alias = champion === null ? 'champion' : 'challenger'
    await this.change({at, alias, to: version, by: 'train', reason: 'newly trained'})
    return version
  }

  /** Makes a version champion. Throws RegistryRefusalError or ModelRefusedError if it cannot be. */
  async promote(version: number, at: string, reason: string): Promise<void> {
    const {champion} = await this.aliases()
    if (champion === version) throw new RegistryRefusalError(`version ${version} is the champion already`)
    await this.load(version)
    await this.change({at, alias: 'champion', to: version, by: 'promote', reason})
  }

  /**
   * Makes the champion before this one champion again; the next time, the one before that. Returns its version. Throws
   * RegistryRefusalError if there was none.
   */
  async rollback(at: string): Promise<number> {
    const {champion, history} = await this.aliases()
    const came = history.findLast(
      ({alias, to, by}) => alias === 'champion' && to === champion && by !== 'rollback',
    )
    const former = came?.from ?? null
    if (former === null)
      throw new RegistryRefusalError('there was no champion before this one; promote a version instead')
    await this.load(former)
    await this.change({
      at,
      alias: 'champion',
      to: former,
      by: 'rollback',
      reason: `version ${champion} did not do`,
    })
    return former
  }

  private async change(change: Omit<AliasChange, 'from'>): Promise<void> {
    const aliases = await this.aliases()
    const {alias, to} = change
    const challenger = alias === 'champion' && aliases.challenger === to ? null : aliases.challenger
    await writeAliases(this.folder, {
      ...aliases,
      challenger,
      [alias]: to,
      history: [...aliases.history, {...change, from: aliases[alias]}],
    })
  }

  private async aliases(): Promise<Aliases> {
    const aliases = await readAliases(this.folder)
    if (aliases.champion !== null || this.shippedFolder === undefined) return aliases
    const shipped = await readManifest(this.shippedFolder).catch(refusalOf)
    return shipped instanceof Error ? aliases : {...aliases, champion: shipped.version}
  }

  /** By version: where it is. */
  private async folders(): Promise<ReadonlyMap<number, string>> {
    const folders = new Map<number, string>()
    if (this.shippedFolder !== undefined) {
      const shipped = await readManifest(this.shippedFolder).catch(refusalOf)
      if (!(shipped instanceof Error)) folders.set(shipped.version, this.shippedFolder)
    }
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    const versions = names.filter((name) => /^[1-9]\d{0,8}$/.test(name)).map(Number)
    for (const version of versions.sort((a, b) => a - b))
      folders.set(version, join(this.folder, String(version)))
    return folders
  }
}

function refusalOf(error: unknown): ModelRefusedError {
  if (error instanceof ModelRefusedError) return error
  throw error
}
