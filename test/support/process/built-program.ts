import {execFile} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdir, readdir, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {promisify} from 'node:util'

/** The project's folder, with a slash at its end. */
export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

/** What `tripline` runs. */
export const PROGRAM = join(PROJECT, 'dist/app/cli/main.js')

/** Test files run side by side: one of them builds, the others wait. */
const LOCK = join(
  tmpdir(),
  `tripline-build-${createHash('sha256').update(PROJECT).digest('hex').slice(0, 16)}`,
)

/** A build takes half a minute on a small machine; a lock this old was left behind by a process that died. */
const LOCK_STALE_MS = 120_000
const LOCK_POLL_MS = 250

const run = promisify(execFile)

/** Builds the program if it is older than its sources. Rejects with the compiler's words if it cannot be built. */
export async function ensureBuilt(): Promise<void> {
  while (await isOutdated()) {
    if (!(await lock())) {
      await sleep(LOCK_POLL_MS)
      continue
    }
    try {
      await run('npm', ['run', 'build'], {cwd: PROJECT})
    } catch (error) {
      throw new Error(`npm run build failed:\n${(error as {stdout?: string}).stdout ?? String(error)}`)
    } finally {
      await rm(LOCK, {recursive: true, force: true})
    }
    return
  }
}

async function isOutdated(): Promise<boolean> {
  const built = await modifiedAt(PROGRAM)
  if (built === undefined) return true
  const sources = await readdir(join(PROJECT, 'src'), {recursive: true})
  const times = await Promise.all(
    sources.filter((name) => name.endsWith('.ts')).map((name) => isNewer(name, built)),
  )
  return times.some((newer) => newer)
}

/** Whether a source is newer than what was built of it, or than the whole where it was not built at all. */
async function isNewer(source: string, built: number): Promise<boolean> {
  const output = join(PROJECT, 'dist', source.replace(/\.ts$/, '.js'))
  const [from, to] = await Promise.all([modifiedAt(join(PROJECT, 'src', source)), modifiedAt(output)])
  return (from ?? 0) > (to ?? built)
}

async function lock(): Promise<boolean> {
  const since = await modifiedAt(LOCK)
  if (since !== undefined && Date.now() - since > LOCK_STALE_MS)
    await rm(LOCK, {recursive: true, force: true})
  return mkdir(LOCK).then(
    () => true,
    () => false,
  )
}

/** Milliseconds; undefined where there is no such file. */
async function modifiedAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({mtimeMs}) => mtimeMs,
    () => undefined,
  )
}
