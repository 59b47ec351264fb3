import {fork} from 'node:child_process'
import {setPriority} from 'node:os'

/** What a process says that could not do what it was asked. */
export interface Failed {
  readonly kind: 'failed'
  readonly message: string
}

export interface AskOptions {
  /** Ends it. */
  readonly signal: AbortSignal
  /** Whatever takes longer hangs. */
  readonly limitMs: number
  /** Of its heap; what V8 finds right if absent. */
  readonly heapMib?: number | undefined
}

/** So that the stream comes first where the processor is short. */
const LOW_PRIORITY = 10

/** The last words of a process that died, at most. */
const LAST_WORDS = 2000

/**
 * Has a task done by a process of its own: a module that calls `answerTask`. Tasks and answers are plain data. Never rejects: a
 * process that dies, is killed or takes too long has failed.
 */
export function askProcess<Task extends object, Answer>(
  program: URL,
  task: Task,
  {signal, limitMs, heapMib}: AskOptions,
): Promise<Answer | Failed> {
  return new Promise((resolve) => {
    const execArgv = heapMib === undefined ? [] : [`--max-old-space-size=${heapMib}`]
    const child = fork(program, {stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv})
    const end = () => child.kill('SIGKILL')
    const limit = setTimeout(end, limitMs)
    signal.addEventListener('abort', end, {once: true})
    let answer: Answer | undefined
    let words = ''
    child.stderr?.on('data', (text: Buffer) => {
      words = `${words}${text}`.slice(-LAST_WORDS)
    })
    child.on('message', (said) => {
      answer = said as Answer
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
