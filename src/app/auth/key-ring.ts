import {stat} from 'node:fs/promises'
import type {Principal} from '../../adapters/http/principal.js'
import type {Clock} from '../../engine/port/clock.js'
import {isValidKey, keyIdOf, type StoredKey, toPrincipal} from './api-key.js'
import {readKeyFile} from './key-file.js'

/** A key that is revoked stops to count after so long at most. */
const LOOK_EVERY_MS = 1_000

export interface KeyRingOptions {
  readonly path: string
  readonly clock: Clock
  /** Hears that the file cannot be read; the keys that it held before go on to count. */
  readonly onTrouble: (error: Error) => void
}

/** The keys of a file, as they are now: it may change while the service runs. */
export class KeyRing {
  private lookedAt: number
  private looking: Promise<void> | undefined

  private constructor(
    private readonly options: KeyRingOptions,
    private keys: ReadonlyMap<string, StoredKey>,
    private version: string,
  ) {
    this.lookedAt = options.clock.now()
  }

  /** Undefined if there is no such file. Rejects with BrokenKeyFileError. */
  static async open(options: KeyRingOptions): Promise<KeyRing | undefined> {
    const version = await versionOf(options.path)
    const keys = await readKeyFile(options.path)
    return keys === undefined ? undefined : new KeyRing(options, byId(keys), version)
  }

  /** Who has this key; undefined if it is unknown, expired or revoked. */
  async find(token: string): Promise<Principal | undefined> {
    const id = keyIdOf(token)
    if (id === undefined) return undefined
    await this.look()
    const stored = this.keys.get(id)
    if (stored === undefined || !isValidKey(stored, token, this.options.clock.now())) return undefined
    return toPrincipal(stored)
  }

  private async look(): Promise<void> {
    const now = this.options.clock.now()
    if (now - this.lookedAt < LOOK_EVERY_MS && now >= this.lookedAt) return
    this.looking ??= this.readAgain(now).finally(() => {
      this.looking = undefined
    })
    await this.looking
  }

  private async readAgain(now: number): Promise<void> {
    const {path, onTrouble} = this.options
    try {
      const version = await versionOf(path)
      if (version !== this.version) {
        // Without its file, no key counts.
        this.keys = byId((await readKeyFile(path)) ?? [])
        this.version = version
      }
    } catch (error) {
      onTrouble(error as Error)
    }
    this.lookedAt = now
  }
}

function byId(keys: readonly StoredKey[]): ReadonlyMap<string, StoredKey> {
  return new Map(keys.map((key) => [key.id, key]))
}

/** Changes whenever the file is replaced. */
async function versionOf(path: string): Promise<string> {
  try {
    const {ino, mtimeMs, size} = await stat(path)
    return `${ino} ${mtimeMs} ${size}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none'
    throw error
  }
}
