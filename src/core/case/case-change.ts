import {z} from 'zod'
import {actorSchema} from './audit-record.js'
import {VERDICTS} from './verdict.js'

/** The stream of what people do with cases and alerts. No producer can send to it: the name of a declared stream holds no dot. */
export const CASES_STREAM = 'tripline.cases'

/** Which change it is, of which case, by whom and when. The same change counts once, however often it is read. */
const common = {change_id: z.string().min(1), case_id: z.string().min(1), at: z.string(), by: actorSchema}

/** An entry of a list that a close asked for. */
export const listEntrySchema = z.strictObject({
  list: z.string(),
  value: z.string(),
  expires: z.string(),
})

export type ListEntry = z.infer<typeof listEntrySchema>

/** What somebody did with a case: a record of the log like any other, so that every reading gives the same cases. */
export const caseChangeSchema = z.discriminatedUnion('type', [
  /** Null: nobody is to look at it. */
  z.strictObject({type: z.literal('assigned'), ...common, assignee: z.string().nullable()}),
  z.strictObject({type: z.literal('noted'), ...common, text: z.string()}),
  /** Who took it up is its assignee, where it had none. */
  z.strictObject({type: z.literal('reviewed'), ...common, assignee: z.string()}),
  z.strictObject({
    type: z.literal('closed'),
    ...common,
    verdict: z.enum(VERDICTS),
    /** What went into lists with it. */
    list_entries: z.array(listEntrySchema),
  }),
])

export type CaseChange = Readonly<z.infer<typeof caseChangeSchema>>

/** The change that a record of the log holds. Throws a ZodError if it holds none. */
export function parseCaseChange(value: unknown): CaseChange {
  return caseChangeSchema.parse(value)
}
