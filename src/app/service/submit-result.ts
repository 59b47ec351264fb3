import type {SubmitResult} from '../../adapters/http/intake-service.js'
import type {RecordFate} from '../../engine/operator/batch.js'

/** What became of an input, as whoever sent it is told. */
export function toSubmitResult({fate, refusal}: RecordFate): SubmitResult {
  return refusal === undefined ? {status: fate} : {status: fate, code: refusal.reason, detail: refusal.detail}
}
