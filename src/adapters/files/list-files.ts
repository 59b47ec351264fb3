import {readdir, realpath, stat} from 'node:fs/promises'
import {join} from 'node:path'

/** How much of a folder is looked at, so that one named by mistake, such as /, is not walked to its end. */
export interface WalkLimits {
  /** Files with a matching name. */
  readonly files: number
  /** Files and folders of any name. */
  readonly entries: number
}

/** A place below a folder that was not gone into, and why. */
export interface UnreadPlace {
  readonly path: string
  readonly message: string
  readonly remedy: string
}

export interface FileList {
  readonly paths: readonly string[]
  readonly unread: readonly UnreadPlace[]
}

/**
 * The files below a folder whose names match, at any depth, links followed. Names that begin with a dot are left out:
 * they belong to editors, version control, and the machinery behind mounted folders. Throws only where the folder
 * itself cannot be read.
 */
export async function listFiles(folder: string, name: RegExp, limits: WalkLimits): Promise<FileList> {
  const walk = new Walk(name, limits)
  await walk.into(folder, [])
  return walk
}

class Walk implements FileList {
  readonly paths: string[] = []
  readonly unread: UnreadPlace[] = []
  private entries = 0
  private full = false

  constructor(
    private readonly name: RegExp,
    private readonly limits: WalkLimits,
  ) {}

  /** `above` are the real paths of the folders that the walk is in. */
  async into(folder: string, above: readonly string[]): Promise<void> {
    const real = await realpath(folder)
    if (above.includes(real)) {
      const remedy = 'remove the link'
      this.unread.push({path: folder, message: 'this link leads back to a folder above it', remedy})
      return
    }
    const entries = (await readdir(folder, {withFileTypes: true})).sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      if (this.full) return
      if (entry.name.startsWith('.')) continue
      const path = join(folder, entry.name)
      if (++this.entries > this.limits.entries)
        return this.stop(path, `${this.limits.entries} files and folders`)
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder(path)))) {
        await this.below(path, [...above, real])
      } else if (this.name.test(entry.name)) {
        if (this.paths.length >= this.limits.files) return this.stop(path, `${this.limits.files} such files`)
        this.paths.push(path)
      }
    }
  }

  private async below(folder: string, above: readonly string[]): Promise<void> {
    try {
      await this.into(folder, above)
    } catch (error) {
      const message = `this folder cannot be read (${(error as NodeJS.ErrnoException).code})`
      this.unread.push({path: folder, message, remedy: 'give read permission to the user that runs tripline'})
    }
  }

  private stop(path: string, limit: string): void {
    this.full = true
    this.unread.push({path, ...tooMuch(`the folder holds more than ${limit}`)})
  }
}

/** Why a folder is not read to its end. */
export function tooMuch(what: string): Omit<UnreadPlace, 'path'> {
  return {
    message: `${what}: this and what comes after it was not read`,
    remedy: 'name a folder that holds rules only',
  }
}

async function leadsToFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    // Reading it will say why it leads nowhere, if its name says that it matters.
    () => false,
  )
}
