import {mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {z} from 'zod'

const FILES = ['manifest.json', 'weights.bin'] as const
const ALIASES = 'aliases.json'
const NUMBER = /^[1-9]\d{0,8}$/

const copySchema = z.strictObject({'manifest.json': z.string(), 'weights.bin': z.string()})

/** The versions in a folder of a `ModelRegistry` as texts, to be carried elsewhere byte by byte. */
export class ModelCopies {
  constructor(readonly folder: string) {}

  async versions(): Promise<readonly number[]> {
    const names = await readdir(this.folder).catch(nothing)
    return (names ?? [])
      .filter((name) => NUMBER.test(name))
      .map(Number)
      .sort((a, b) => a - b)
  }

  async read(version: number): Promise<string> {
    const parts = FILES.map(async (name) => [
      name,
      (await readFile(join(this.folder, String(version), name))).toString('base64'),
    ])
    return JSON.stringify(Object.fromEntries(await Promise.all(parts)))
  }

  /** Whole or not at all, in the place of one of the same number. */
  async write(version: number, text: string): Promise<void> {
    const copy = copySchema.parse(JSON.parse(text))
    const folder = join(this.folder, String(version))
    const unfinished = `${folder}.unfinished-${process.pid}`
    await mkdir(unfinished, {recursive: true})
    for (const name of FILES)
      await writeFile(join(unfinished, name), Buffer.from(copy[name], 'base64'), {flush: true})
    await rm(folder, {recursive: true, force: true})
    await rename(unfinished, folder)
  }

  async remove(version: number): Promise<void> {
    await rm(join(this.folder, String(version)), {recursive: true, force: true})
  }

  /** Undefined where no file says so. */
  async aliases(): Promise<string | undefined> {
    return readFile(join(this.folder, ALIASES), 'utf8').catch(nothing)
  }
}

function nothing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
