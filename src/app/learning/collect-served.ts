import type {Verdict} from '../../core/case/verdict.js'
import {BEGINNING_OF_TIME, type EventTime, type WallTime} from '../../core/event/time.js'
import {weightOf} from '../../learning/training/control-weight.js'
import type {ServedEntry, ServedRow, ServedSchema} from '../../learning/training/served-rows.js'
import {TrainingLabels} from '../../learning/training/training-labels.js'
import {TrainingRows} from '../../learning/training/training-rows.js'
import type {RecordedTraining} from './collect-training.js'

/** What a service served, and what was said about it. */
export interface ServedLog {
  rows(): AsyncIterable<ServedEntry>
  verdicts(): AsyncIterable<Verdict>
}

export interface ServedTraining extends RecordedTraining {
  /** Transactions that were served other features than those in force: their values mean something else. */
  readonly otherFeatures: number
}

/** All that was served are other features than those in force: says which, and what to do. */
export class OtherFeaturesError extends RangeError {
  constructor(count: number, hashes: ReadonlySet<string>, inForce: string) {
    const served = [...hashes].map((hash) => hash.slice(0, 12)).join(', ')
    super(
      `none of the ${count} transactions in the feature log was served the features in force (${inForce.slice(0, 12)}, ` +
        `they have ${served}); bring the feature views back, or train again when there is feedback on new transactions`,
    )
    this.name = 'OtherFeaturesError'
  }
}

/**
 * Takes the features of each transaction as they were served with its first decision, and what was said about it until `now`.
 * Nobody ever hears what became of a declined one; those of the control sample stand for them. Throws OtherFeaturesError.
 */
export async function collectServed(
  log: ServedLog,
  inForce: ServedSchema,
  now: WallTime,
): Promise<ServedTraining> {
  const rows = new TrainingRows(inForce.names.length)
  const labels = new TrainingLabels()
  const others = {count: 0, hashes: new Set<string>()}
  let newest = BEGINNING_OF_TIME as number
  for await (const {schema, row} of log.rows()) {
    if (schema.hash !== inForce.hash) {
      others.count++
      others.hashes.add(schema.hash)
      continue
    }
    newest = Math.max(newest, row.time)
    addRow(row, rows, labels)
  }
  if (rows.count === 0 && others.count > 0)
    throw new OtherFeaturesError(others.count, others.hashes, inForce.hash)
  for await (const {feedback_id: id, verdict, user_id, transaction_id, event_time} of log.verdicts()) {
    const time = Date.parse(event_time) as EventTime
    // One from the future makes nothing older than it is.
    if (time <= now) newest = Math.max(newest, time)
    const transactionId = transaction_id === null ? undefined : idOf(user_id, transaction_id)
    labels.addVerdict({transactionId}, {verdict, time, id})
  }
  return {rows, labels, newest: newest as EventTime, otherFeatures: others.count}
}

function addRow(row: ServedRow, rows: TrainingRows, labels: TrainingLabels): void {
  const id = idOf(row.userId, row.transactionId)
  const time = row.time as EventTime
  if (row.decision === 'decline') labels.addDeclined(id, time)
  else labels.addTransaction(id, time)
  rows.add(id, time, row.values, weightOf(row.propensity))
}

/** Two users may use the same id. */
function idOf(user: string, transaction: string): string {
  return JSON.stringify([user, transaction])
}
