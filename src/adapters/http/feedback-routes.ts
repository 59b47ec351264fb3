import type {FastifyInstance, FastifyRequest} from 'fastify'
import type {z} from 'zod'
import {alertId, knownAlert} from './alert-id.js'
import {allowOnly} from './allow-only.js'
import {FeedbackDesk, type FeedbackParts, transactionOf} from './feedback-desk.js'
import {
  type alertFeedbackAnswerSchema,
  alertFeedbackBodySchema,
  type FeedbackBody,
  type FeedbackResult,
  type feedbackAnswerSchema,
  feedbackBodySchema,
} from './feedback-schemas.js'
import {principalOf} from './gate.js'
import {orOverloaded, refuseIfSaturated} from './overload.js'
import {Problem} from './problem.js'
import {bodyOf, readJson, refuseEncoded} from './request-body.js'
import {splitBody} from './split-body.js'

/** More in one request are refused. */
export const VERDICTS_PER_REQUEST = 1_000

/** POST /v1/alerts/{id}/feedback and POST /v1/feedback. */
export function addFeedbackRoutes(app: FastifyInstance, parts: FeedbackParts): void {
  const desk = new FeedbackDesk(parts)
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    refuseEncoded(request)
    refuseIfSaturated(parts.intake)
  }

  const one = '/v1/alerts/:id/feedback'
  app.post<{Params: {id: string}}>(
    one,
    {onRequest},
    async (request, reply): Promise<z.infer<typeof alertFeedbackAnswerSchema>> => {
      const id = alertId(request.params.id)
      const body = readJson(request, alertFeedbackBodySchema, '{"verdict": "fraud", "note": "called"}')
      const {alert} = knownAlert(await parts.alerts.alert(id))
      const transaction_id = transactionOf(alert)
      const verdict = {...body, alert_id: id, ...(transaction_id === undefined ? {} : {transaction_id})}
      const [result] = await desk.submit([verdict], principalOf(request)).catch(orOverloaded)
      refuseDeadLetter(result as FeedbackResult)
      const {status} = knownAlert(await parts.alerts.alert(id))
      reply.code(202)
      return {...(result as FeedbackResult), alert_status: status}
    },
  )
  allowOnly(app, one, ['POST'])

  const many = '/v1/feedback'
  app.post(many, {onRequest}, async (request, reply): Promise<z.infer<typeof feedbackAnswerSchema>> => {
    const read = itemsOf(request).map(readVerdict)
    const taken = read.flatMap((item) => ('verdict' in item ? [item.verdict] : []))
    refuseForeignSources(request, taken)
    const results = [...(await desk.submit(taken, principalOf(request)).catch(orOverloaded))]
    reply.code(202)
    return {
      results: read.map((item) => ('refused' in item ? item.refused : (results.shift() as FeedbackResult))),
    }
  })
  allowOnly(app, many, ['POST'])
}

function refuseDeadLetter({status, code = 'bad_schema', detail = ''}: FeedbackResult): void {
  if (status !== 'dead_lettered') return
  const problem = code === 'id_conflict' || code === 'looks_like_pan' ? code : 'feedback_refused'
  throw new Problem(problem, detail, {}, {reason: code})
}

function itemsOf(request: FastifyRequest): readonly Uint8Array[] {
  const body = bodyOf(request)
  if (body === undefined) throw new Problem('bad_request', 'send one verdict, an array, or one per line')
  return splitBody(body, VERDICTS_PER_REQUEST)
}

type ReadVerdict = {readonly verdict: FeedbackBody} | {readonly refused: FeedbackResult}

function readVerdict(bytes: Uint8Array): ReadVerdict {
  const refused = (code: string, detail: string): ReadVerdict => {
    return {refused: {feedback_id: null, status: 'refused', code, detail}}
  }
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return refused('bad_json', 'not JSON')
  }
  const checked = feedbackBodySchema.safeParse(value)
  if (checked.success) return {verdict: checked.data}
  return refused(
    'bad_schema',
    checked.error.issues.map(({path, message}) => [...path, message].join(': ')).join('; '),
  )
}

/** What banks and customers say comes by services that speak for them. */
function refuseForeignSources(request: FastifyRequest, verdicts: readonly FeedbackBody[]): void {
  if (principalOf(request).roles.includes('service')) return
  if (verdicts.every(({source = 'review'}) => source === 'review')) return
  throw new Problem(
    'forbidden',
    'source is review for people; chargeback and customer are for the role service',
  )
}
