import {Problem} from './problem.js'
import {RulesRefusedError, UnknownBundleError} from './rules-service.js'

/** For a promise's catch: why rules cannot come into force. */
export function asRulesProblem(error: unknown): never {
  if (error instanceof RulesRefusedError)
    throw new Problem('rules_refused', error.message, {}, {faults: [...error.faults]})
  if (error instanceof UnknownBundleError) throw new Problem('unknown_bundle', error.message)
  throw error
}
