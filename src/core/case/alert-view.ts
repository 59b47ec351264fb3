import {z} from 'zod'
import {type AlertRecord, alertRecordSchema} from '../decision/records.js'
import {isForgotten} from '../forgetting/forgotten-alert.js'
import {actorSchema} from './audit-record.js'
import {standsAgainst, type Verdict, verdictSchema} from './verdict.js'

export const ALERT_STATUSES = [
  'open',
  'in_review',
  'closed_fraud',
  'closed_legitimate',
  'closed_inconclusive',
  'retracted',
] as const

export type AlertStatus = (typeof ALERT_STATUSES)[number]

export const noteSchema = z.strictObject({at: z.string(), by: actorSchema, text: z.string()})

export type Note = z.infer<typeof noteSchema>

/** What people made of an alert. */
export const triageSchema = z.strictObject({
  /** The latest of the verdicts; null before there is one. */
  verdict: verdictSchema.nullable(),
  /** Who is to look at it. */
  assignee: z.string().nullable(),
  /** Whether somebody looks at it. */
  in_review: z.boolean(),
  /** The oldest first. */
  notes: z.array(noteSchema),
})

export type Triage = z.infer<typeof triageSchema>

export const UNTOUCHED: Triage = {verdict: null, assignee: null, in_review: false, notes: []}

export const alertViewSchema = z.strictObject({
  status: z.enum(ALERT_STATUSES),
  /** The record with the highest revision. */
  alert: alertRecordSchema,
  /** Absent until somebody touched it. */
  triage: triageSchema.optional(),
})

/** An alert as it stands: its newest record, and what people made of it. */
export type AlertView = Readonly<z.infer<typeof alertViewSchema>>

const NOTES_PER_ALERT = 100

/** An alert has as many notes as it may have. */
export class TooManyNotesError extends RangeError {
  constructor() {
    super(`an alert has up to ${NOTES_PER_ALERT} notes`)
    this.name = 'TooManyNotesError'
  }
}

/** The view after a record was published; undefined if the record is not newer than what is known. */
export function viewAfterRecord(known: AlertView | undefined, alert: AlertRecord): AlertView | undefined {
  // The user came back, and used the same id: nothing is left of what was.
  if (known !== undefined && isForgotten(known.alert)) return viewOf(alert, undefined)
  if (known !== undefined && known.alert.revision >= alert.revision) return undefined
  return viewOf(alert, known?.triage)
}

/** The view after a verdict on it; undefined if a later one stands. */
export function viewAfterVerdict(
  {alert, triage = UNTOUCHED}: AlertView,
  verdict: Verdict,
): AlertView | undefined {
  if (!standsAgainst(verdict, triage.verdict ?? undefined)) return undefined
  return viewOf(alert, {...triage, verdict})
}

/** The view after somebody assigned it or took it up. */
export function viewAfterTriage(
  {alert, triage = UNTOUCHED}: AlertView,
  change: Partial<Pick<Triage, 'assignee' | 'in_review' | 'notes'>>,
): AlertView {
  return viewOf(alert, {...triage, ...change})
}

/** The view with one more note. Throws TooManyNotesError. */
export function viewAfterNote(view: AlertView, note: Note): AlertView {
  const {notes} = view.triage ?? UNTOUCHED
  if (notes.length >= NOTES_PER_ALERT) throw new TooManyNotesError()
  return viewAfterTriage(view, {notes: [...notes, note]})
}

function viewOf(alert: AlertRecord, triage: Triage | undefined): AlertView {
  const status = statusOf(alert, triage)
  return triage === undefined ? {status, alert} : {status, alert, triage}
}

/**
 * A function of what is known, not of the order in which it came: an alert that does not hold is retracted, one with a
 * verdict is closed, and what people made of it stays when it is amended, or comes back.
 */
function statusOf({type}: AlertRecord, triage: Triage | undefined): AlertStatus {
  if (type === 'alert.retracted') return 'retracted'
  if (triage?.verdict) return `closed_${triage.verdict.verdict}`
  return triage?.in_review === true ? 'in_review' : 'open'
}
