import {hash} from 'node:crypto'
import {z} from 'zod'
import {type AlertRecord, alertRecordSchema} from '../decision/records.js'
import {actorSchema} from './audit-record.js'
import {caseChangeSchema} from './case-change.js'
import {VERDICTS} from './verdict.js'

export const CASE_STATUSES = [
  'open',
  'assigned',
  'in_review',
  'closed_fraud',
  'closed_legitimate',
  'closed_inconclusive',
] as const

export type CaseStatus = (typeof CASE_STATUSES)[number]

/** Whom or what a case is about: the key of the rules that raised its alerts. */
export const caseEntitySchema = z.strictObject({name: z.string(), value: z.string()})

export type CaseEntity = Readonly<z.infer<typeof caseEntitySchema>>

/** What a case keeps of an alert. */
export const caseAlertSchema = z.strictObject({
  alert_id: z.string(),
  revision: z.int(),
  rule: z.string(),
  severity: alertRecordSchema.shape.severity,
  event_time: z.string(),
  /** The event that it is about. */
  anchor: alertRecordSchema.shape.anchor,
  /** False once it was retracted. */
  standing: z.boolean(),
})

export type CaseAlert = Readonly<z.infer<typeof caseAlertSchema>>

export const caseViewSchema = z.strictObject({
  case_id: z.string(),
  /** Counts what happened to it, from 0. */
  revision: z.int().min(0),
  entity: caseEntitySchema,
  status: z.enum(CASE_STATUSES),
  /** The highest of its alerts that stand; of all, if none does. */
  severity: alertRecordSchema.shape.severity,
  /** Event time of the alert with which it began. */
  opened_at: z.string(),
  /** When the last thing happened to it: event time of an alert, or when somebody did something. */
  updated_at: z.string(),
  /** By when it is to be closed: the earliest that one of its alerts asks for. */
  due_at: z.string(),
  assignee: z.string().nullable(),
  /** How it ended; null while it has not. */
  closed: z.strictObject({verdict: z.enum(VERDICTS), at: z.string(), by: actorSchema}).nullable(),
  /** In the order in which they came. */
  alerts: z.array(caseAlertSchema),
  /** What people did with it, in order. */
  changes: z.array(caseChangeSchema),
})

/** A case as it stands: alerts about one entity that are looked into together. */
export type CaseView = Readonly<z.infer<typeof caseViewSchema>>

/**
 * What a case with an alert is about: the key of its rule; of a card, the user whose it is (`user`), where that is known.
 */
export function entityOf({key}: AlertRecord, user: string | undefined): CaseEntity {
  return key.name === 'card_id' && user !== undefined ? {name: 'user_id', value: user} : key
}

/** Where the cases of an entity stand: their ids begin with it. */
export function casePrefix({name, value}: CaseEntity): string {
  return hash('sha256', JSON.stringify([name, value]), 'hex').slice(0, 8)
}

/** The id of the case that an alert opens: 32 hex digits, the same in every reading. */
export function caseId(entity: CaseEntity, alertId: string): string {
  const identity = JSON.stringify([entity.name, entity.value, alertId])
  return casePrefix(entity) + hash('sha256', identity, 'hex').slice(0, 24)
}

export function isClosed({closed}: Pick<CaseView, 'closed'>): boolean {
  return closed !== null
}
