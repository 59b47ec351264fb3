import type {OutboxEntry} from '../../engine/port/state-store.js'

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Tells those who put a change of a case on the log when it was published. */
export class AwaitedChanges {
  private readonly waiting = new Map<string, Waiting>()
  private failure: Error | undefined

  /** Resolves when the change with an id was published. To be asked for before it is on the log. */
  published(id: string): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    return new Promise((resolve, reject) => this.waiting.set(id, {resolve, reject}))
  }

  /** The change did not get on the log. */
  giveUp(id: string): void {
    this.waiting.delete(id)
  }

  observe(entry: OutboxEntry | undefined): void {
    for (const {change_id} of entry?.caseChanges ?? []) {
      this.waiting.get(change_id)?.resolve()
      this.waiting.delete(change_id)
    }
  }

  /** Nothing will be published any more. */
  fail(error: Error): void {
    this.failure = error
    for (const {reject} of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}
