import {type OperatorFunction, tap} from 'rxjs'
import type {StepWatch} from '../port/telemetry.js'

/** Tells how long each batch was in a step that does not wait for anything. Without a watch, nothing is measured. */
export function timed<A, B>(
  step: OperatorFunction<A, B>,
  watch: StepWatch<B> | undefined,
): OperatorFunction<A, B> {
  if (watch === undefined) return step
  return (batches) => {
    let begun = 0
    return batches.pipe(
      tap(() => {
        begun = watch.now()
      }),
      step,
      tap((batch) => watch.done(batch, watch.now() - begun)),
    )
  }
}
