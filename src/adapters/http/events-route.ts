import type {FastifyInstance, FastifyRequest} from 'fastify'
import {z} from 'zod'
import {allowOnly} from './allow-only.js'
import type {IntakeService} from './intake-service.js'
import {orOverloaded, refuseIfSaturated} from './overload.js'
import {Problem} from './problem.js'
import {bodyOf, refuseEncoded} from './request-body.js'
import {splitBody} from './split-body.js'

/** More in one request are refused: results must be answered in the request. */
export const EVENTS_PER_REQUEST = 10_000

/** In the order of the events that were sent. */
export const ingestAnswerSchema = z.strictObject({
  results: z.array(
    z.strictObject({
      status: z.enum(['accepted', 'duplicate', 'late', 'dead_lettered']),
      code: z.string().optional(),
      detail: z.string().optional(),
    }),
  ),
})

type IngestAnswer = z.infer<typeof ingestAnswerSchema>

/** POST /v1/events/{stream}: takes events, and answers what became of each once all are durable. */
export function addEventsRoute(
  app: FastifyInstance,
  streams: () => ReadonlyMap<string, unknown>,
  intake: IntakeService,
): void {
  const url = '/v1/events/:stream'

  // What can be refused without reading the body is refused before it is read.
  const onRequest = async (request: FastifyRequest<{Params: {stream: string}}>): Promise<void> => {
    const known = streams()
    if (!known.has(request.params.stream))
      throw new Problem('unknown_stream', `known are ${[...known.keys()].sort().join(', ')}`)
    refuseEncoded(request)
    refuseIfSaturated(intake)
  }

  app.post<{Params: {stream: string}}>(url, {onRequest}, async (request, reply): Promise<IngestAnswer> => {
    const body = bodyOf(request)
    if (body === undefined) throw UNSUPPORTED
    const events = splitBody(body, EVENTS_PER_REQUEST)
    refuseIfSaturated(intake)
    const results = await intake.submit(request.params.stream, events).catch(orOverloaded)
    reply.code(202)
    return {results: [...results]}
  })
  allowOnly(app, url, ['POST'])
}

const UNSUPPORTED = new Problem('unsupported_media_type', 'send application/json or application/x-ndjson')
