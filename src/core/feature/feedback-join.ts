import type {Fields, StoredEvent} from '../event/stored-event.js'

/** What feedback is found out by its transaction, where it does not say it itself. */
export const FEEDBACK_FIELDS = ['card_id', 'merchant_id', 'device_id', 'ip'] as const

/**
 * The fields of feedback, with those that it does not say itself taken from the transaction that it is about: as long as
 * that is not older than the views ask for.
 */
export function withTransaction(
  feedback: Fields,
  transaction: Pick<StoredEvent, 'time' | 'fields'> | undefined,
  time: number,
  horizon: number,
): Fields {
  const isFound = transaction !== undefined && transaction.time >= time - horizon
  if (!isFound || transaction.fields === undefined) return feedback
  const fields: {[name: string]: Fields[string]} = {...feedback}
  for (const field of FEEDBACK_FIELDS) fields[field] = feedback[field] ?? transaction.fields[field]
  return fields
}
