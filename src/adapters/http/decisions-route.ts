import {hash} from 'node:crypto'
import type {FastifyInstance, FastifyRequest} from 'fastify'
import {z} from 'zod'
import type {DecisionRecord} from '../../core/decision/records.js'
import {textHoldsCardNumber} from '../../core/event/card-number.js'
import {allowOnly} from './allow-only.js'
import type {DecisionAnswer, DecisionService, IdempotencyKeys} from './decision-service.js'
import {principalOf} from './gate.js'
import type {IntakeService} from './intake-service.js'
import {orOverloaded, refuseIfSaturated} from './overload.js'
import {Problem} from './problem.js'
import {checkQuery, numberParameter} from './query.js'
import {bodyOf, refuseEncoded} from './request-body.js'

const DEFAULT_DEADLINE_MS = 50
const LONGEST_DEADLINE_MS = 10_000

export const decisionQuerySchema = z.strictObject({
  /** After so many milliseconds the policy's fallback answers. */
  deadline_ms: numberParameter(1, LONGEST_DEADLINE_MS).default(DEFAULT_DEADLINE_MS),
})

/** 1 to 255 visible characters of ASCII. */
const IDEMPOTENCY_KEY = /^[!-~]{1,255}$/

/** POST /v1/decisions: one transaction in, its decision out. */
export function addDecisionsRoute(
  app: FastifyInstance,
  decisions: DecisionService,
  keys: IdempotencyKeys,
  intake: Pick<IntakeService, 'saturated'>,
): void {
  const url = '/v1/decisions'
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    refuseEncoded(request)
    refuseIfSaturated(intake)
  }
  app.post(url, {onRequest}, async (request): Promise<DecisionRecord> => {
    const {deadline_ms} = checkQuery(decisionQuerySchema, request.query)
    const body = bodyOf(request)
    if (body?.mediaType !== 'application/json')
      throw new Problem('unsupported_media_type', 'send one transaction as application/json')
    await claimKey(request, body.bytes, keys)
    return decisionIn(await decisions.decide(body.bytes, deadline_ms).catch(orOverloaded))
  })
  allowOnly(app, url, ['POST'])
}

async function claimKey(request: FastifyRequest, bytes: Uint8Array, keys: IdempotencyKeys): Promise<void> {
  const key = request.headers['idempotency-key']
  if (key === undefined) return
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key) || textHoldsCardNumber(key))
    throw new Problem(
      'bad_request',
      'an Idempotency-Key is 1 to 255 visible ASCII characters, and no card number',
    )
  if (await keys.claim(principalOf(request).id, key, hash('sha256', bytes, 'hex'))) return
  throw new Problem(
    'idempotency_conflict',
    'this Idempotency-Key came with another body; give each request its own',
  )
}

function decisionIn(answer: DecisionAnswer): DecisionRecord {
  if ('decision' in answer) return answer.decision
  const {code = 'bad_schema', detail = 'it was dead-lettered'} = answer.refused
  const problem = code === 'id_conflict' ? 'id_conflict' : 'transaction_refused'
  throw new Problem(problem, detail, {}, {reason: code})
}
