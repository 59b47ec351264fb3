import {access} from 'node:fs/promises'
import {join} from 'node:path'
import {z} from 'zod'
import type {RecordFile} from '../../adapters/files/record-file.js'
import {type AlertRecord, alertRecordSchema, decisionRecordSchema} from '../../core/decision/records.js'
import type {TransactionAmount} from './event-facts.js'

/*
 * The files of a run that are compared, and what a comparison reads of their records: the rest is left out, so that it
 * takes no memory, and records of another version can be read.
 */

const judgedDecisionSchema = decisionRecordSchema
  .pick({transaction_id: true, user_id: true, decision: true, rules: true, reasons: true, event_time: true})
  .strip()

const emittedAlertSchema = alertRecordSchema
  .pick({
    type: true,
    alert_id: true,
    rule: true,
    key: true,
    anchor: true,
    events: true,
    event_time: true,
    reason: true,
  })
  .strip()

const emittedDecisionSchema = decisionRecordSchema
  .pick({
    transaction_id: true,
    user_id: true,
    decision: true,
    rules: true,
    score: true,
    model: true,
    event_time: true,
  })
  .strip()

const raisedAlertSchema = alertRecordSchema.pick({alert_id: true, anchor: true}).strip()

const transactionAmountSchema: z.ZodType<TransactionAmount> = z.object({
  event_time: z.string(),
  transaction_id: z.string(),
  user_id: z.string(),
  amount_usd: z.number().optional(),
})

/** A decision as two rule sets are compared by it. */
export type JudgedDecision = z.infer<typeof judgedDecisionSchema>
/** An alert as two runs are compared by it. */
export type EmittedAlert = z.infer<typeof emittedAlertSchema>
/** A decision as two runs are compared by it. */
export type EmittedDecision = z.infer<typeof emittedDecisionSchema>

/** The alerts that stand at the end of a run. */
export function standingAlerts(dir: string): RecordFile<AlertRecord> {
  return {path: alertsPath(dir), schema: alertRecordSchema}
}

/** The last revision of each decision of a run. */
export function judgedDecisions(dir: string): RecordFile<JudgedDecision> {
  return {path: decisionsPath(dir), schema: judgedDecisionSchema}
}

/** The alerts that stand, as two runs are compared by them. */
export function emittedAlerts(dir: string): RecordFile<EmittedAlert> {
  return {path: alertsPath(dir), schema: emittedAlertSchema}
}

/** The last revision of each decision, as two runs are compared by them. */
export function emittedDecisions(dir: string): RecordFile<EmittedDecision> {
  return {path: decisionsPath(dir), schema: emittedDecisionSchema}
}

/** Every alert that a run ever raised. */
export function raisedAlerts(dir: string): RecordFile<Pick<AlertRecord, 'alert_id' | 'anchor'>> {
  return {path: join(dir, 'alerts.ndjson'), schema: raisedAlertSchema}
}

/** The amounts of a run's transactions, sorted like its decisions. */
export function transactionAmounts(path: string): RecordFile<TransactionAmount> {
  return {path, schema: transactionAmountSchema}
}

/** Rejects with ENOENT unless a folder holds the final alerts and decisions of a run. */
export async function requireFinalFiles(dir: string): Promise<void> {
  for (const path of [alertsPath(dir), decisionsPath(dir)]) await access(path)
}

function alertsPath(dir: string): string {
  return join(dir, 'alerts.final.ndjson')
}

function decisionsPath(dir: string): string {
  return join(dir, 'decisions.final.ndjson')
}
