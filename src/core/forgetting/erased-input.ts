import type {Refusal} from '../event/decode.js'
import type {EventTime} from '../event/time.js'
import type {Fate} from '../ledger/ledger.js'

/**
 * What is left on the log of an input whose user was forgotten: what became of it, so that the ledger of a second reading
 * balances as that of the first did; and its event time if it was accepted, so that others are late or not as before.
 */
export interface ErasedInput {
  readonly fate: Fate
  readonly time: EventTime | null
}

/** Stands where an event would: it enters no history. */
export const ERASED: Refusal = {reason: 'unroutable', detail: 'the user of this input was forgotten'}
