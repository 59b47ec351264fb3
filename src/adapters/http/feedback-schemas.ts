import {z} from 'zod'
import {VERDICT_SOURCES, VERDICTS} from '../../core/case/verdict.js'
import {parseEventTime} from '../../core/event/time.js'
import {alertStatusSchema} from './alert-answers.js'
import {noteTextSchema} from './free-text.js'

const id = z.string().min(1).max(200)

const shared = {
  verdict: z.enum(VERDICTS),
  /** The same again changes nothing; without it, one is made up. */
  feedback_id: id.optional(),
  note: noteTextSchema.optional(),
}

/** A reviewer's verdict on one alert. */
export const alertFeedbackBodySchema = z.strictObject(shared)

/** A verdict on an alert or a transaction, whose user is filled in where it is known. */
export const feedbackBodySchema = z
  .strictObject({
    ...shared,
    alert_id: id.optional(),
    transaction_id: id.optional(),
    user_id: id.optional(),
    /** Others than `review` are for services. */
    source: z.enum(VERDICT_SOURCES).optional(),
    /** When it was found; now if absent. */
    event_time: z
      .string()
      .refine((text) => parseEventTime(text) !== undefined, 'a time such as 2026-01-31T12:00:00Z')
      .optional(),
  })
  .refine(
    ({alert_id, transaction_id}) => alert_id !== undefined || transaction_id !== undefined,
    'alert_id or transaction_id must say what it is about',
  )

export type FeedbackBody = z.infer<typeof feedbackBodySchema>

/** What became of one verdict. `refused`: it was not understood, and is not on the log. */
export const feedbackResultSchema = z.strictObject({
  feedback_id: z.string().nullable(),
  status: z.enum(['accepted', 'duplicate', 'dead_lettered', 'refused']),
  code: z.string().optional(),
  detail: z.string().optional(),
})

export type FeedbackResult = z.infer<typeof feedbackResultSchema>

export const alertFeedbackAnswerSchema = feedbackResultSchema.extend({alert_status: alertStatusSchema})

/** In the order in which they were sent. */
export const feedbackAnswerSchema = z.strictObject({results: z.array(feedbackResultSchema)})
