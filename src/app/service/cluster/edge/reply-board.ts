import type {RecordFate} from '../../../../engine/operator/batch.js'

/** A request that waits for what becomes of its inputs. */
export interface OpenRequest {
  readonly number: number
  /** So many are waited for, from now on for `limitMs`. Resolves with the fates by index; those that were not told in time are missing. */
  fates(count: number, limitMs: number): Promise<ReadonlyMap<number, RecordFate>>
  /** Nobody waits any more. */
  close(): void
}

interface Waiting {
  readonly fates: Map<number, RecordFate>
  /** Looks whether all is there. */
  look: () => void
}

/** Brings the requests of this process together with what other processes tell about their inputs. */
export class ReplyBoard {
  private readonly requests = new Map<number, Waiting>()
  private last = 0

  /** Before its inputs are on the log: an answer may come at once. */
  open(): OpenRequest {
    const number = ++this.last
    const waiting: Waiting = {fates: new Map(), look: () => undefined}
    this.requests.set(number, waiting)
    const close = () => void this.requests.delete(number)
    return {
      number,
      close,
      fates: (count, limitMs) =>
        new Promise((resolve) => {
          const done = () => {
            clearTimeout(timer)
            close()
            resolve(waiting.fates)
          }
          const timer = setTimeout(done, limitMs)
          waiting.look = () => {
            if (waiting.fates.size >= count) done()
          }
          waiting.look()
        }),
    }
  }

  /** The first that is told of an input counts. */
  post(request: number, index: number, fate: RecordFate): void {
    const waiting = this.requests.get(request)
    if (waiting === undefined || waiting.fates.has(index)) return
    waiting.fates.set(index, fate)
    waiting.look()
  }
}
