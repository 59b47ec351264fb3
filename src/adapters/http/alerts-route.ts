import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {alertRecordSchema} from '../../core/decision/records.js'
import {parseEventTime} from '../../core/event/time.js'
import {type AlertView, InvalidCursorError, type ReadModel} from '../../engine/port/read-model.js'
import {allowOnly} from './allow-only.js'
import {Problem} from './problem.js'
import {checkQuery, numberParameter, textParameter, timeParameter, wordParameter} from './query.js'

const STATUSES = [
  'open',
  'in_review',
  'closed_fraud',
  'closed_legitimate',
  'closed_inconclusive',
  'retracted',
] as const
const DEFAULT_LIMIT = 50

const alertsQuerySchema = z.strictObject({
  status: wordParameter(STATUSES).optional(),
  rule: textParameter(128).optional(),
  severity: wordParameter(['low', 'medium', 'high', 'critical']).optional(),
  user: textParameter(512).optional(),
  /** Event time, inclusive. */
  from: timeParameter().optional(),
  /** Event time, exclusive. */
  to: timeParameter().optional(),
  limit: numberParameter(1, 200).default(DEFAULT_LIMIT),
  cursor: textParameter(2048).optional(),
})

/** An alert as it stands. */
export const alertAnswerSchema = alertRecordSchema.extend({status: z.enum(STATUSES)})

/** Newest event time first; `next_cursor` asks for what follows and is null at the end. */
export const alertsAnswerSchema = z.strictObject({
  items: z.array(alertAnswerSchema),
  next_cursor: z.string().nullable(),
})

type AlertAnswer = z.infer<typeof alertAnswerSchema>
type AlertsAnswer = z.infer<typeof alertsAnswerSchema>

/** The part of the read model that these routes ask. */
export type AlertReader = Pick<ReadModel, 'alerts' | 'alert'>

/** `settledUpTo` is the event time up to which nothing can change any more. */
export type SettledUpTo = () => number

const ALERT_ID = /^[0-9a-f]{32}$/

/** GET /v1/alerts and GET /v1/alerts/{id}. */
export function addAlertRoutes(app: FastifyInstance, alerts: AlertReader, settledUpTo: SettledUpTo): void {
  app.get('/v1/alerts', async (request): Promise<AlertsAnswer> => {
    const {limit, cursor, ...filter} = checkQuery(alertsQuerySchema, request.query)
    const page = await alerts.alerts(filter, limit, cursor).catch(refuseCursor)
    const settled = settledUpTo()
    return {items: page.items.map((view) => toAnswer(view, settled)), next_cursor: page.cursor ?? null}
  })
  allowOnly(app, '/v1/alerts', ['GET'])

  app.get<{Params: {id: string}}>('/v1/alerts/:id', async (request): Promise<AlertAnswer> => {
    const {id} = request.params
    const view = ALERT_ID.test(id) ? await alerts.alert(id) : undefined
    if (view === undefined)
      throw new Problem('unknown_alert', 'an alert id is 32 hex digits; it may have been too old to keep')
    return toAnswer(view, settledUpTo())
  })
  allowOnly(app, '/v1/alerts/:id', ['GET'])
}

/** Settling changes no record, so that it is found out when somebody looks. */
function toAnswer({status, alert}: AlertView, settledUpTo: number): AlertAnswer {
  const time = parseEventTime(alert.event_time)
  return {status, ...alert, settled: alert.settled || (time !== undefined && time <= settledUpTo)}
}

function refuseCursor(error: unknown): never {
  if (error instanceof InvalidCursorError) throw new Problem('invalid_cursor', error.message)
  throw error
}
