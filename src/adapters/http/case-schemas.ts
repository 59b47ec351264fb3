import {z} from 'zod'
import {noteSchema} from '../../core/case/alert-view.js'
import {listEntrySchema} from '../../core/case/case-change.js'
import {caseSummarySchema, toCaseSummary} from '../../core/case/case-events.js'
import {CASE_STATUSES, type CaseView, caseViewSchema} from '../../core/case/case-view.js'
import {VERDICTS} from '../../core/case/verdict.js'
import {noteTextSchema, personSchema} from './free-text.js'
import {pagedBy, pageSchema} from './paging.js'
import {flagParameter, textParameter, timeParameter, wordParameter} from './query.js'

/*
 * What is sent and answered about cases.
 */

const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
const ENTITIES = ['user_id', 'card_id', 'merchant_id', 'device_id', 'ip'] as const

export const casesQuerySchema = z.strictObject({
  status: wordParameter(CASE_STATUSES).optional(),
  severity: wordParameter(SEVERITIES).optional(),
  /** What a case is about, by the name of the key. */
  entity: wordParameter(ENTITIES).optional(),
  /** The key's value. */
  value: textParameter(512).optional(),
  assignee: textParameter(100).optional(),
  /** Those that are not closed and should have been. */
  overdue: flagParameter().optional(),
  /** When it was opened, inclusive. */
  from: timeParameter().optional(),
  /** When it was opened, exclusive. */
  to: timeParameter().optional(),
  ...pagedBy(200),
})

export const caseStreamQuerySchema = z.strictObject({
  severity: wordParameter(SEVERITIES).optional(),
  entity: wordParameter(ENTITIES).optional(),
  assignee: textParameter(100).optional(),
})

/** Newest first. */
export const casesAnswerSchema = pageSchema(caseSummarySchema)

/** All there is about a case. */
export const caseAnswerSchema = caseSummarySchema.extend({
  /** What was raised, in the order in which it came: GET /v1/alerts/{id} has the rest. */
  alerts: caseViewSchema.shape.alerts,
  /** The oldest first. */
  notes: z.array(noteSchema),
})

export type CaseAnswer = z.infer<typeof caseAnswerSchema>

export const assignCaseBodySchema = z.strictObject({
  /** Null: nobody. */
  assignee: personSchema.nullable(),
})

export const caseNoteBodySchema = z.strictObject({text: noteTextSchema})

/** Nothing has to be said. */
export const reviewCaseBodySchema = z.strictObject({})

export const closeCaseBodySchema = z.strictObject({
  verdict: z.enum(VERDICTS),
  note: noteTextSchema.optional(),
})

/** A closed case, and what followed: verdicts on its alerts, and entries of lists. */
export const closeCaseAnswerSchema = z.strictObject({
  case: caseAnswerSchema,
  verdicts: z.int(),
  list_entries: z.array(listEntrySchema),
})

export function toCaseAnswer(view: CaseView): CaseAnswer {
  const notes = view.changes.flatMap((change) =>
    change.type === 'noted' ? [{at: change.at, by: change.by, text: change.text}] : [],
  )
  return {...toCaseSummary(view), alerts: view.alerts, notes}
}
