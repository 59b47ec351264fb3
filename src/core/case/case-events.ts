import {z} from 'zod'
import {type CaseView, caseViewSchema} from './case-view.js'

export const CASE_EVENT_TYPES = ['case.opened', 'case.updated', 'case.closed'] as const

/** A case without what it is made of: as lists, subscribers and streams get it. Holds no notes. */
export const caseSummarySchema = caseViewSchema.omit({alerts: true, changes: true}).extend({
  alerts: z.strictObject({total: z.int(), standing: z.int()}),
  /** The rules that raised them. */
  rules: z.array(z.string()),
})

export type CaseSummary = Readonly<z.infer<typeof caseSummarySchema>>

/** Something happened to a case. */
export const caseRecordSchema = z.strictObject({type: z.enum(CASE_EVENT_TYPES), ...caseSummarySchema.shape})

export type CaseRecord = Readonly<z.infer<typeof caseRecordSchema>>

export function toCaseSummary({alerts, changes: _, ...view}: CaseView): CaseSummary {
  return {
    ...view,
    alerts: {total: alerts.length, standing: alerts.filter(({standing}) => standing).length},
    rules: [...new Set(alerts.map(({rule}) => rule))],
  }
}

/** What the step to a view tells; a case that is closed at once has been opened before. */
export function toCaseRecord(before: CaseView | undefined, after: CaseView): CaseRecord {
  const closes = after.closed !== null && before?.closed === null
  const type = before === undefined ? 'case.opened' : closes ? 'case.closed' : 'case.updated'
  return {type, ...toCaseSummary(after)}
}
