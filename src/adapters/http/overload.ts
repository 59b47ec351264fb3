import {IntakeSaturatedError, type IntakeService} from './intake-service.js'
import {Problem} from './problem.js'

const RETRY_AFTER_S = 1

/** Throws if too much is under way to take more. */
export function refuseIfSaturated({saturated}: Pick<IntakeService, 'saturated'>): void {
  if (saturated) throw overloaded()
}

/** For a promise's catch: what was not taken can be sent again. */
export function orOverloaded(error: unknown): never {
  throw error instanceof IntakeSaturatedError ? overloaded() : error
}

function overloaded(): Problem {
  return new Problem('overloaded', 'send the same request again later', {
    'retry-after': String(RETRY_AFTER_S),
  })
}
