import {z} from 'zod'
import {actorSchema} from './audit-record.js'

/** Which change it is, of which alert, by whom and when. The same change counts once, however often it is read. */
const common = {change_id: z.string().min(1), alert_id: z.string().min(1), at: z.string(), by: actorSchema}

/** What somebody did with an alert besides judging it. Where a state can be lost, it is a record of the log. */
export const alertChangeSchema = z.discriminatedUnion('type', [
  /** Null: nobody is to look at it. */
  z.strictObject({
    type: z.literal('alert_assigned'),
    ...common,
    assignee: z.string().nullable(),
    in_review: z.boolean(),
  }),
  z.strictObject({type: z.literal('alert_noted'), ...common, text: z.string()}),
])

export type AlertChange = Readonly<z.infer<typeof alertChangeSchema>>

/** Whether a record of the log is about an alert, and not about a case. */
export function isAlertChange(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'alert_id' in value
}
