import type {ChildProcessWithoutNullStreams} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'
import {startTripline, textOf} from './tripline.js'

/** How a process ended: by an exit code or by a signal. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const READY_LIMIT_MS = 30_000
const READY_POLL_MS = 5

/** `tripline run` as a process of its own, on a free port. */
export class RunningService {
  readonly ended: Promise<ProcessEnd>
  private readonly startedAt = performance.now()
  private readonly child: ChildProcessWithoutNullStreams
  private readonly stdout: () => string
  private readonly stderr: () => string
  private hasEnded = false

  constructor(dataDir: string, args: readonly string[] = [], env: {readonly [name: string]: string} = {}) {
    this.child = startTripline(
      ['run', '--profile', 'embedded', '--port', '0', '--data-dir', dataDir, ...args],
      {env},
    )
    this.child.stdin.end()
    this.stdout = textOf(this.child.stdout)
    this.stderr = textOf(this.child.stderr)
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      this.hasEnded = true
      return {code, signal}
    })
  }

  /** Everything it said, on both outputs. */
  get output(): string {
    return this.stdout() + this.stderr()
  }

  get isRunning(): boolean {
    return !this.hasEnded
  }

  /**
   * Resolves when /health/ready answers 200. `readyMs`: what the log says; `spawnToReadyMs`: from the start of the
   * process to that answer. Rejects with what it said if it ended before, or took too long.
   */
  async ready(): Promise<{readonly url: string; readonly readyMs: number; readonly spawnToReadyMs: number}> {
    while (!this.hasEnded && performance.now() - this.startedAt < READY_LIMIT_MS) {
      const line = this.logLines().find(({msg}) => msg === 'ready')
      if (line !== undefined) {
        const {url, ready_ms: readyMs} = line as {url: string; ready_ms: number}
        const answer = await fetch(`${url}/health/ready`).catch(() => undefined)
        await answer?.arrayBuffer()
        if (answer?.status === 200) return {url, readyMs, spawnToReadyMs: performance.now() - this.startedAt}
      }
      await sleep(READY_POLL_MS)
    }
    throw new Error(`the service did not become ready:\n${this.output}`)
  }

  /** The log, one JSON object per line, as far as lines are whole. */
  logLines(): readonly {readonly msg?: string; readonly [field: string]: unknown}[] {
    const text = this.stdout()
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    return whole
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }

  /** Sends the signal to this process and waits for its end. */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<ProcessEnd> {
    if (!this.hasEnded) this.child.kill(signal)
    return this.ended
  }
}
