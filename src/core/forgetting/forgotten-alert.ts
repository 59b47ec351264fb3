import type {AlertRecord} from '../decision/records.js'

/** Stands where something was that told of the user. */
export const FORGOTTEN = 'forgotten'

/** Whether an alert was about a user who was forgotten since. Any other has a reason. */
export function isForgotten({anchor, reason}: Pick<AlertRecord, 'anchor' | 'reason'>): boolean {
  return anchor.id === FORGOTTEN && reason === ''
}
