import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {timelineEventSchema} from '../../core/case/timeline.js'
import {decisionRecordSchema} from '../../core/decision/records.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import {alertAnswerSchema, toAlertAnswer} from './alert-answers.js'
import type {AlertParts} from './alerts-route.js'
import {allowOnly} from './allow-only.js'
import {addForgetRoute} from './forget-route.js'
import type {ForgetService} from './forget-service.js'
import {Problem} from './problem.js'
import {checkQuery, numberParameter} from './query.js'
import type {TimelineReader} from './timeline-reader.js'

const ALERTS_SHOWN = 50

export const userQuerySchema = z.strictObject({
  /** So many events, the newest. */
  limit: numberParameter(1, 500).default(100),
})

/** What is known of a user. Of an event that is no transaction, `decision` is null. */
export const userAnswerSchema = z.strictObject({
  user_id: z.string(),
  /** The newest first, as far back as histories reach. */
  timeline: z.array(timelineEventSchema.extend({decision: decisionRecordSchema.nullable()})),
  /** The newest first; GET /v1/alerts?user= lists all. */
  alerts: z.array(alertAnswerSchema),
})

/** GET /v1/users/{id} and, where users can be forgotten, DELETE. */
export function addUsersRoute(
  app: FastifyInstance,
  {alerts, settledUpTo}: Pick<AlertParts, 'alerts' | 'settledUpTo'>,
  timelines: TimelineReader,
  forgetting: ForgetService | undefined,
): void {
  const url = '/v1/users/:id'
  app.get<{Params: {id: string}}>(url, async (request): Promise<z.infer<typeof userAnswerSchema>> => {
    const {limit} = checkQuery(userQuerySchema, request.query)
    const user = request.params.id
    const [events, found] = await Promise.all([
      timelines.events('user_id', user),
      alerts.alerts({user}, ALERTS_SHOWN, undefined),
    ])
    if (events.length === 0 && found.items.length === 0)
      throw new Problem('unknown_user', 'nothing is kept of a user with this id')
    const timeline = events
      .slice(-limit)
      .reverse()
      .map(async (event) => {
        const isDecided = event.stream === TRANSACTIONS
        return {...event, decision: isDecided ? ((await alerts.decision(event.id, user)) ?? null) : null}
      })
    const settled = settledUpTo()
    return {
      user_id: user,
      timeline: await Promise.all(timeline),
      alerts: found.items.map((view) => toAlertAnswer(view, settled)),
    }
  })
  if (forgetting !== undefined) addForgetRoute(app, forgetting)
  allowOnly(app, url, forgetting === undefined ? ['GET'] : ['GET', 'DELETE'])
}
