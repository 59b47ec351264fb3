import {fork} from 'node:child_process'
import {setPriority} from 'node:os'
import type {LearningAnswer, LearningTask} from './learning-task.js'

const PROGRAM = new URL('./learning-process.js', import.meta.url)

/** Whatever takes longer hangs. */
const TIME_LIMIT_MS = 30 * 60_000

/** So that the stream comes first where the processor is short. */
const LOW_PRIORITY = 10

/** The last words of a process that died, at most. */
const LAST_WORDS = 2000

/**
 * Has a task done by a process of its own. Never rejects: a process that dies, is killed or takes too long has failed. `signal` ends it.
 */
export function runInProcess(task: LearningTask, signal: AbortSignal): Promise<LearningAnswer> {
  return new Promise((resolve) => {
    const child = fork(PROGRAM, {stdio: ['ignore', 'ignore', 'pipe', 'ipc']})
    const end = () => child.kill('SIGKILL')
    const limit = setTimeout(end, TIME_LIMIT_MS)
    signal.addEventListener('abort', end, {once: true})
    let answer: LearningAnswer | undefined
    let words = ''
    child.stderr?.on('data', (text: Buffer) => {
      words = `${words}${text}`.slice(-LAST_WORDS)
    })
    child.on('message', (said) => {
      answer = said as LearningAnswer
    })
    child.on('error', ({message}) => settle(message))
    child.on('close', (code, killed) =>
      settle(`the process ended with ${killed ?? `code ${code}`}. ${words}`.trim()),
    )
    child.on('spawn', () => lowerPriority(child.pid))
    child.send(task, () => undefined)
    if (signal.aborted) end()

    function settle(problem: string): void {
      clearTimeout(limit)
      signal.removeEventListener('abort', end)
      resolve(answer ?? {kind: 'failed', message: problem})
    }
  })
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, LOW_PRIORITY)
  } catch {
    // It has ended already, or the system does not allow it: then it runs as others do.
  }
}
