import {defer, EMPTY, filter, type Observable, repeat, tap} from 'rxjs'
import type {EventSource, InputBatch} from '../port/event-source.js'

/**
 * Sends one batch after the other through `steps`. The source is asked for the next only when the last is through and
 * there is room for what comes of it: this is how backpressure reaches it. Completes at the end of the input; fails with
 * the first step that fails.
 */
export function eachBatch<T>(
  source: Pick<EventSource, 'next'>,
  steps: (batch: Observable<InputBatch>) => Observable<T>,
  hasRoom: () => Promise<void>,
): Observable<T> {
  return defer(() => {
    let ended = false
    const batch = defer(() => source.next()).pipe(
      tap((next) => {
        ended = next === undefined
      }),
      filter((next) => next !== undefined),
    )
    return steps(batch).pipe(repeat({delay: () => (ended ? EMPTY : hasRoom())}))
  })
}
