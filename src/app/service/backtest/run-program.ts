import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {setPriority} from 'node:os'
import {BacktestLimitError} from '../../../adapters/http/backtest-route.js'

export interface ProgramOutcome {
  /** Null if it was killed. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramLimits {
  readonly ms: number
  readonly heapMib: number
}

/** What it says beyond that is cut off. */
const MOST_OUTPUT = 16 * 1024 * 1024

/** As much as the scheduler lets others go first. */
const LOWEST_PRIORITY = 19

/** How V8 ends a process that has no memory left: by SIGABRT, or as a shell tells of it. */
const OUT_OF_MEMORY = 134

/**
 * Runs a Node program to its end, with none of the service's environment. Rejects with a BacktestLimitError if it takes
 * longer or needs more than it may; `signal` ends it early.
 */
export async function runProgram(
  args: readonly string[],
  {ms, heapMib}: ProgramLimits,
  signal: AbortSignal,
): Promise<ProgramOutcome> {
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMib}`, ...args], {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (child.pid !== undefined) setPriority(child.pid, LOWEST_PRIORITY)
  const end = () => child.kill('SIGKILL')
  signal.addEventListener('abort', end)
  let isTooLong = false
  const limit = setTimeout(() => {
    isTooLong = true
    end()
  }, ms)
  const said = {stdout: '', stderr: ''}
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (said[name].length < MOST_OUTPUT) said[name] += text
    })
  try {
    const [code, by] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    if (isTooLong) throw new BacktestLimitError(`${ms / 1000} s`)
    if (by === 'SIGABRT' || code === OUT_OF_MEMORY) throw new BacktestLimitError(`${heapMib} MiB`)
    return {code, ...said}
  } finally {
    clearTimeout(limit)
    signal.removeEventListener('abort', end)
  }
}
