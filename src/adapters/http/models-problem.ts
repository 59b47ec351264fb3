import {PromotionRefusedError, UnknownModelError} from './models-service.js'
import {Problem} from './problem.js'

/** For a promise's catch: why the champion stays. */
export function asModelProblem(error: unknown): never {
  if (error instanceof UnknownModelError) throw new Problem('unknown_model', error.message)
  if (error instanceof PromotionRefusedError) throw new Problem('promotion_refused', error.message)
  throw error
}
