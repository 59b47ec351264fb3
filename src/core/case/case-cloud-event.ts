import {z} from 'zod'
import {CASE_EVENT_TYPES, type CaseRecord, caseRecordSchema} from './case-events.js'

/** What happened to a case, as subscribers get it: a CloudEvent 1.0 in structured mode. */
export const caseEventSchema = z.strictObject({
  specversion: z.literal('1.0'),
  /** `<case id>:<revision>`: the same however often it is sent. */
  id: z.string(),
  /** `urn:tripline:<namespace>`. */
  source: z.string(),
  type: z.enum(CASE_EVENT_TYPES),
  /** The case's id. */
  subject: z.string(),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  data: caseRecordSchema,
})

export type CaseEvent = z.infer<typeof caseEventSchema>

/** The event that tells of a case; equal records give equal events. */
export function toCaseEvent(record: CaseRecord, source: string): CaseEvent {
  return {
    specversion: '1.0',
    id: `${record.case_id}:${record.revision}`,
    source,
    type: record.type,
    subject: record.case_id,
    time: record.updated_at,
    datacontenttype: 'application/json',
    data: record,
  }
}
