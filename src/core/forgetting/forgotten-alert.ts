import type {AlertRecord} from '../decision/records.js'

/** Stands where something was that told of the user. */
export const FORGOTTEN = 'forgotten'

/** Whether an alert was about a user who was forgotten since. Any other has a reason. */
export function isForgotten({anchor, reason}: Pick<AlertRecord, 'anchor' | 'reason'>): boolean {
  return anchor.id === FORGOTTEN && reason === ''
}

/** Whether something was taken out of an alert because a user was forgotten: its own, or some of its evidence. */
export function isRedacted({events, reason}: Pick<AlertRecord, 'events' | 'reason'>): boolean {
  return reason === '' && events.some(({id}) => id === FORGOTTEN)
}
