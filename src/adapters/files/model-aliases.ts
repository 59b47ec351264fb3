import {mkdir, readFile, rename, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {z} from 'zod'
import {ModelRefusedError} from '../../core/model/model-refusal.js'

const version = z.int().min(1)

const changeSchema = z.strictObject({
  /** RFC 3339. */
  at: z.string(),
  alias: z.enum(['champion', 'challenger']),
  from: version.nullable(),
  to: version,
  by: z.enum(['train', 'promote', 'rollback']),
  reason: z.string(),
})

const aliasesSchema = z.strictObject({
  champion: version.nullable(),
  challenger: version.nullable(),
  /** The newest last. */
  history: z.array(changeSchema),
})

export type AliasChange = z.infer<typeof changeSchema>
export type Aliases = z.infer<typeof aliasesSchema>

const FILE = 'aliases.json'

/** Which version is what; nothing is anything where no file says so. Throws ModelRefusedError for a broken file. */
export async function readAliases(folder: string): Promise<Aliases> {
  const path = join(folder, FILE)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return {champion: null, challenger: null, history: []}
    throw error
  }
  try {
    return parseAliases(text)
  } catch {
    throw new ModelRefusedError(
      'model_corrupted',
      `${path}: it does not say which version is champion; restore it, or remove it and promote a version`,
    )
  }
}

/** What such a file says. Throws where it says something else. */
export function parseAliases(text: string): Aliases {
  return aliasesSchema.parse(JSON.parse(text))
}

/** Replaces the file whole. */
export async function writeAliases(folder: string, aliases: Aliases): Promise<void> {
  await mkdir(folder, {recursive: true})
  const unfinished = join(folder, `${FILE}.unfinished-${process.pid}`)
  await writeFile(unfinished, `${JSON.stringify(aliases, undefined, 2)}\n`, {flush: true})
  await rename(unfinished, join(folder, FILE))
}
