import {mkdir, mkdtemp, readdir, rm} from 'node:fs/promises'
import {basename, join} from 'node:path'

/** Names of the folders that this process made. A process before it may have had the same number. */
const own = new Set<string>()

/**
 * A new folder in `parent` for work that is under way, which only this user may read. What processes that died left there goes. Others may use
 * the parent at the same time: each folder's name begins with its process.
 */
export async function workFolder(parent: string): Promise<string> {
  await mkdir(parent, {recursive: true, mode: 0o700})
  for (const name of await readdir(parent))
    if (isLeftBehind(name)) await rm(join(parent, name), {recursive: true, force: true})
  const folder = await mkdtemp(join(parent, `${process.pid}-`))
  own.add(basename(folder))
  return folder
}

function isLeftBehind(name: string): boolean {
  const pid = Number.parseInt(name, 10)
  return pid === process.pid ? !own.has(name) : !isRunning(pid)
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
