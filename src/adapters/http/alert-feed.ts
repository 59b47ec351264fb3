import type {AlertRecord} from '../../core/decision/records.js'
import {redactAlert} from '../../core/forgetting/redact-alert.js'
import {RecordFeed} from './record-feed.js'

/** Alert records as they are published. */
export type AlertFeed = RecordFeed<AlertRecord>

/** `sequence`: of the last entry that was published before. */
export function alertFeed(sequence: number): AlertFeed {
  return new RecordFeed(sequence, redactAlert)
}
