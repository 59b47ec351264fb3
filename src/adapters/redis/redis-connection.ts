import {setTimeout as sleep} from 'node:timers/promises'
import type {RedisClient} from './redis-client.js'
import {RedisUnavailableError} from './redis-errors.js'
import {isPassing, RedisTimeoutError} from './redis-trouble.js'

export interface RedisConnectionOptions {
  /** How long it is tried to do what fails. Default 5 minutes. */
  readonly patienceMs?: number | undefined
  /** How long one attempt may take. Default 5 s. */
  readonly attemptMs?: number | undefined
  /** What is not tried again although it may pass. */
  readonly isFinal?: ((reason: Error) => boolean) | undefined
  /** Something does not get through; it is tried again. */
  readonly onPaused?: ((reason: string) => void) | undefined
  /** Everything that was waiting got through, or was given up. */
  readonly onResumed?: (() => void) | undefined
}

const PATIENCE_MS = 5 * 60_000
const ATTEMPT_MS = 5_000
const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 2_000

/** A connection that does not give up at the first trouble: what is asked of it must be able to happen twice. */
export class RedisConnection {
  private waiting = 0
  private closed = false
  private lastError: Error | undefined

  constructor(
    readonly client: RedisClient,
    private readonly options: RedisConnectionOptions = {},
  ) {
    // Why there is no connection: the commands only learn that there is none.
    client.on('error', (error: Error) => {
      this.lastError = error
    })
    client.on('ready', () => {
      this.lastError = undefined
    })
  }

  /** Whether something does not get through at the moment. */
  get isPaused(): boolean {
    return this.waiting > 0
  }

  /**
   * Does something until it succeeds, or fails for good. An attempt that got no answer may have been carried out, and
   * may still be. Rejects with RedisUnavailableError when patience ends.
   */
  async attempt<T>(
    task: (client: RedisClient) => Promise<T>,
    attemptMs = this.options.attemptMs ?? ATTEMPT_MS,
  ): Promise<T> {
    const begun = performance.now()
    let delay = FIRST_DELAY_MS
    let isWaiting = false
    try {
      for (;;) {
        try {
          return await within(attemptMs, task(this.client))
        } catch (error) {
          if (!isPassing(error)) throw error
          const reason = this.reasonOf(error as Error)
          if (this.options.isFinal?.(reason) === true) throw reason
          const waitedMs = performance.now() - begun
          if (this.closed || waitedMs + delay > (this.options.patienceMs ?? PATIENCE_MS))
            throw new RedisUnavailableError(
              `Redis did not do what was asked for ${Math.round(waitedMs / 1000)} s: ${reason.message}`,
              reason,
            )
          if (!isWaiting) this.pause(reason.message)
          isWaiting = true
        }
        await sleep(delay)
        delay = Math.min(2 * delay, LONGEST_DELAY_MS)
      }
    } finally {
      if (isWaiting) this.resume()
    }
  }

  /** Nothing is tried again from now on. */
  close(): void {
    this.closed = true
    this.client.disconnect()
  }

  private reasonOf(error: Error): Error {
    if (error.name === 'ReplyError') return error
    const reason = this.lastError ?? error
    return 'lastNodeError' in reason && reason.lastNodeError instanceof Error ? reason.lastNodeError : reason
  }

  private pause(reason: string): void {
    this.waiting++
    if (this.waiting === 1) this.options.onPaused?.(reason)
  }

  private resume(): void {
    this.waiting--
    if (this.waiting === 0) this.options.onResumed?.()
  }
}

async function within<T>(limitMs: number, result: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RedisTimeoutError(limitMs)), limitMs)
  })
  try {
    return await Promise.race([result, late])
  } finally {
    clearTimeout(timer)
  }
}
