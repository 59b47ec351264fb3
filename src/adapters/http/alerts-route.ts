import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {ALERT_STATUSES} from '../../core/case/alert-view.js'
import {around, type TimelineEvent} from '../../core/case/timeline.js'
import type {AlertRecord} from '../../core/decision/records.js'
import {type KeyField, TRANSACTIONS} from '../../core/event/stream.js'
import type {ReadModel} from '../../engine/port/read-model.js'
import {type AlertDetail, type alertsAnswerSchema, toAlertAnswer, toAlertDetail} from './alert-answers.js'
import {alertId, knownAlert} from './alert-id.js'
import {allowOnly} from './allow-only.js'
import {pagedBy, pageOf} from './paging.js'
import {checkQuery, textParameter, timeParameter, wordParameter} from './query.js'
import type {TimelineReader} from './timeline-reader.js'

export const alertsQuerySchema = z.strictObject({
  status: wordParameter(ALERT_STATUSES).optional(),
  rule: textParameter(128).optional(),
  severity: wordParameter(['low', 'medium', 'high', 'critical']).optional(),
  mode: wordParameter(['live', 'shadow']).optional(),
  user: textParameter(512).optional(),
  assignee: textParameter(100).optional(),
  /** Event time, inclusive. */
  from: timeParameter().optional(),
  /** Event time, exclusive. */
  to: timeParameter().optional(),
  ...pagedBy(200),
})

/** The part of the read model that these routes ask. */
export type AlertReader = Pick<ReadModel, 'alerts' | 'alert' | 'decision'>

/** `settledUpTo` is the event time up to which nothing can change any more. */
export type SettledUpTo = () => number

export interface AlertParts {
  readonly alerts: AlertReader
  /** Without it, timelines are empty. */
  readonly timelines?: TimelineReader | undefined
  readonly settledUpTo: SettledUpTo
}

/** GET /v1/alerts and GET /v1/alerts/{id}. */
export function addAlertRoutes(app: FastifyInstance, {alerts, timelines, settledUpTo}: AlertParts): void {
  app.get('/v1/alerts', async (request): Promise<z.infer<typeof alertsAnswerSchema>> => {
    const {limit, cursor, ...filter} = checkQuery(alertsQuerySchema, request.query)
    const settled = settledUpTo()
    return pageOf(alerts.alerts(filter, limit, cursor), (view) => toAlertAnswer(view, settled))
  })
  allowOnly(app, '/v1/alerts', ['GET'])

  app.get<{Params: {id: string}}>('/v1/alerts/:id', async (request): Promise<AlertDetail> => {
    const view = knownAlert(await alerts.alert(alertId(request.params.id)))
    return toAlertDetail(view, await timelineOf(view.alert), settledUpTo())
  })
  allowOnly(app, '/v1/alerts/:id', ['GET'])

  /** A card's events are its user's. */
  async function timelineOf({key, anchor}: AlertRecord): Promise<readonly TimelineEvent[]> {
    if (timelines === undefined) return []
    if (key.name !== 'card_id') return around(await timelines.events(key.name as KeyField, key.value), anchor)
    const decision = anchor.stream === TRANSACTIONS ? await alerts.decision(anchor.id) : undefined
    if (decision === undefined) return []
    const events = await timelines.events('user_id', decision.user_id)
    return around(
      events.filter(({fields}) => fields.card_id === key.value),
      anchor,
    )
  }
}
