import type {ChildProcessWithoutNullStreams} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'
import type {LedgerReport} from '../../../src/adapters/http/status-service.js'
import {startTripline, textOf} from '../process/tripline.js'

export interface WorkerSettings {
  readonly namespace: string
  readonly rules: string
  /** Version of the model that takes part; none if absent. */
  readonly model?: 'champion'
  /** Added to the environment. */
  readonly env?: {readonly [name: string]: string}
}

const READY_LIMIT_MS = 60_000
const POLL_MS = 50

/** `tripline run --profile cluster` as a process of its own, on a free port. */
export class ClusterWorker {
  readonly ended: Promise<{readonly code: number | null; readonly signal: NodeJS.Signals | null}>
  private readonly child: ChildProcessWithoutNullStreams
  private readonly stdout: () => string
  private readonly stderr: () => string
  private hasEnded = false

  constructor({namespace, rules, model, env: more}: WorkerSettings) {
    const env = {
      TRIPLINE_NAMESPACE: namespace,
      TRIPLINE_KAFKA_BROKERS: process.env.TRIPLINE_TEST_KAFKA ?? '',
      TRIPLINE_REDIS_URL: process.env.TRIPLINE_TEST_REDIS ?? '',
      ...(model === undefined ? {} : {TRIPLINE_MODEL_ALIAS: model}),
      ...more,
    }
    this.child = startTripline(['run', '--profile', 'cluster', '--port', '0', '--rules', rules], {env})
    this.child.stdin.end()
    this.stdout = textOf(this.child.stdout)
    this.stderr = textOf(this.child.stderr)
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      this.hasEnded = true
      return {code, signal}
    })
  }

  get output(): string {
    return this.stdout() + this.stderr()
  }

  get isRunning(): boolean {
    return !this.hasEnded
  }

  /** Its address, once it answers. Rejects with what it said if it ended before, or took too long. */
  async url(): Promise<string> {
    const giveUpAt = performance.now() + READY_LIMIT_MS
    while (!this.hasEnded && performance.now() < giveUpAt) {
      const line = this.logLines().find(({msg}) => msg === 'ready')
      if (line !== undefined) return line.url as string
      await sleep(POLL_MS)
    }
    throw new Error(`the worker did not become ready:\n${this.output}`)
  }

  /** What it says of its own partitions. */
  async ledger(headers: {readonly [name: string]: string} = {}): Promise<LedgerReport> {
    const answer = await fetch(`${await this.url()}/v1/ledger`, {headers})
    return (await answer.json()) as LedgerReport
  }

  logLines(): readonly {readonly msg?: string; readonly [field: string]: unknown}[] {
    const text = this.stdout()
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }

  /** Makes it stand still, and go on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(name)
  }

  async end(signal: 'SIGTERM' | 'SIGKILL') {
    if (!this.hasEnded) this.child.kill(signal)
    return this.ended
  }
}
