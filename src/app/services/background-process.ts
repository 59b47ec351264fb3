import {execFile, spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, openSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {promisify} from 'node:util'

const run = promisify(execFile)

/** A process that outlives the command that started it, as it is noted on disk. */
export interface BackgroundProcess {
  readonly pid: number
  /** When the system says that it was started: a number that is given again belongs to another process. */
  readonly startedAt: string
}

const STOP_LIMIT_MS = 20_000
const POLL_MS = 50

/** Starts a program whose output goes to a file. Rejects where it cannot be started. */
export async function startInBackground(
  program: string,
  args: readonly string[],
  {cwd, logFile}: {readonly cwd: string; readonly logFile: string},
): Promise<BackgroundProcess> {
  const output = openSync(logFile, 'a')
  try {
    const child = spawn(program, args, {cwd, detached: true, stdio: ['ignore', output, output]})
    await once(child, 'spawn')
    child.unref()
    const pid = child.pid as number
    return {pid, startedAt: (await startOf(pid)) ?? ''}
  } finally {
    closeSync(output)
  }
}

/** Whether the process that was noted runs, and not another one under its number. */
export async function isRunning({pid, startedAt}: BackgroundProcess): Promise<boolean> {
  return (await startOf(pid)) === startedAt
}

/** Ends a process and waits until it is gone: asks first, and kills it if it does not go. */
export async function endProcess(noted: BackgroundProcess): Promise<void> {
  if (!(await isRunning(noted))) return
  process.kill(noted.pid, 'SIGTERM')
  const killAt = performance.now() + STOP_LIMIT_MS
  let killed = false
  while (await isRunning(noted)) {
    if (!killed && performance.now() > killAt) {
      process.kill(noted.pid, 'SIGKILL')
      killed = true
    }
    await sleep(POLL_MS)
  }
}

/** Undefined if there is no such process, or it has ended and was not yet waited for. */
async function startOf(pid: number): Promise<string | undefined> {
  const said = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(() => undefined)
  const text = said?.stdout.trim() ?? ''
  return text === '' || text.startsWith('Z') ? undefined : text.replace(/^\S+\s+/, '')
}
