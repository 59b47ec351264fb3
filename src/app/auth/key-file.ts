import {mkdir, open, readFile, rename} from 'node:fs/promises'
import {dirname} from 'node:path'
import {z} from 'zod'
import {type StoredKey, storedKeySchema} from './api-key.js'

const keyFileSchema = z.strictObject({schema: z.literal('tripline/keys/v1'), keys: z.array(storedKeySchema)})

/** The file of keys is there, and is none. */
export class BrokenKeyFileError extends RangeError {
  constructor(path: string, reason: string) {
    super(`${path} is no file of API keys (${reason}); restore it, or name another with auth.keys`)
    this.name = 'BrokenKeyFileError'
  }
}

/** The keys of a file, the oldest first; undefined if there is no such file. Rejects with BrokenKeyFileError. */
export async function readKeyFile(path: string): Promise<readonly StoredKey[] | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return parseKeys(path, text)
}

function parseKeys(path: string, text: string): readonly StoredKey[] {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    throw new BrokenKeyFileError(path, 'it is not JSON')
  }
  const parsed = keyFileSchema.safeParse(data)
  if (parsed.success) return parsed.data.keys
  const [issue] = parsed.error.issues
  throw new BrokenKeyFileError(path, [...(issue?.path ?? []), issue?.message].join(': '))
}

/** Puts keys in the place of those that the file held: all of them or, if the machine fails, none. */
export async function writeKeyFile(path: string, keys: readonly StoredKey[]): Promise<void> {
  await mkdir(dirname(path), {recursive: true})
  const draft = `${path}.${process.pid}.new`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify({schema: 'tripline/keys/v1', keys}, undefined, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}
