import {z} from 'zod'
import {ALERT_STATUSES, type AlertView, triageSchema, UNTOUCHED} from '../../core/case/alert-view.js'
import {timelineEventSchema} from '../../core/case/timeline.js'
import {alertRecordSchema} from '../../core/decision/records.js'
import {parseEventTime} from '../../core/event/time.js'
import {pageSchema} from './paging.js'

export const alertStatusSchema = z.enum(ALERT_STATUSES)

/** An alert as it stands. */
export const alertAnswerSchema = alertRecordSchema.extend({
  status: alertStatusSchema,
  /** Who is to look at it. */
  assignee: z.string().nullable(),
})

/** Newest event time first. */
export const alertsAnswerSchema = pageSchema(alertAnswerSchema)

/** All there is about an alert: `events` are its evidence, `clauses` and `flips` say why it is and what would undo it. */
export const alertDetailSchema = alertAnswerSchema.extend({
  ...triageSchema.shape,
  /** What happened to its key around its anchor; `as` names what is evidence. */
  timeline: z.array(timelineEventSchema.extend({as: z.string().nullable()})),
})

export type AlertAnswer = z.infer<typeof alertAnswerSchema>
export type AlertDetail = z.infer<typeof alertDetailSchema>

/** Settling changes no record, so that it is found out when somebody looks. */
export function toAlertAnswer(
  {status, alert, triage = UNTOUCHED}: AlertView,
  settledUpTo: number,
): AlertAnswer {
  const time = parseEventTime(alert.event_time)
  const settled = alert.settled || (time !== undefined && time <= settledUpTo)
  return {status, assignee: triage.assignee, ...alert, settled}
}

export function toAlertDetail(
  view: AlertView,
  timeline: readonly z.infer<typeof timelineEventSchema>[],
  settledUpTo: number,
): AlertDetail {
  const {events} = view.alert
  return {
    ...toAlertAnswer(view, settledUpTo),
    ...(view.triage ?? UNTOUCHED),
    timeline: timeline.map(({stream, id, event_time, fields}) => {
      const evidence = events.find((event) => event.id === id && event.stream === stream)
      return {stream, id, event_time, fields, as: evidence?.as ?? null}
    }),
  }
}
