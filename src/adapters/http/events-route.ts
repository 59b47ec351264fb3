import type {FastifyInstance, FastifyRequest} from 'fastify'
import {z} from 'zod'
import {allowOnly} from './allow-only.js'
import {IntakeSaturatedError, type IntakeService} from './intake-service.js'
import {Problem} from './problem.js'
import {type SplitBody, splitJson, splitLines} from './split-events.js'

/** More in one request are refused: results must be answered in the request. */
export const EVENTS_PER_REQUEST = 10_000

const RETRY_AFTER_S = 1

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

type Split = (body: Uint8Array, limit: number) => SplitBody

const FORMATS: {readonly [mediaType: string]: Split} = {
  'application/json': splitJson,
  'application/x-ndjson': splitLines,
}

interface EventsBody {
  readonly split: Split
  readonly bytes: Uint8Array
}

/** POST /v1/events/{stream}: takes events, and answers what became of each once all are durable. */
export function addEventsRoute(
  app: FastifyInstance,
  streams: () => ReadonlyMap<string, unknown>,
  intake: IntakeService,
): void {
  for (const [mediaType, split] of Object.entries(FORMATS)) {
    app.addContentTypeParser<Buffer>(mediaType, {parseAs: 'buffer'}, (_request, bytes, done) => {
      done(null, {split, bytes} satisfies EventsBody)
    })
  }
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
    const body = request.body as EventsBody | undefined
    if (body === undefined) throw UNSUPPORTED
    const events = eventsOf(body)
    refuseIfSaturated(intake)
    const results = await intake.submit(request.params.stream, events).catch(asProblem)
    reply.code(202)
    return {results: [...results]}
  })
  allowOnly(app, url, ['POST'])
}

const UNSUPPORTED = new Problem('unsupported_media_type', 'send application/json or application/x-ndjson')

function eventsOf({split, bytes}: EventsBody): readonly Uint8Array[] {
  const body = split(bytes, EVENTS_PER_REQUEST)
  if ('events' in body) return body.events
  if (body.fault === 'too_many') {
    throw new Problem('too_many_events', `send up to ${EVENTS_PER_REQUEST} events at a time`)
  }
  throw new Problem(
    'bad_json',
    'send one JSON object, an array of objects, or one object per line as application/x-ndjson',
  )
}

/** Bodies are taken as they are: neither compressed nor in another character set. */
function refuseEncoded({headers}: FastifyRequest): void {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Problem('unsupported_media_type', 'send the body without Content-Encoding')
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) throw new Problem('unsupported_media_type', 'send the body as UTF-8')
}

function refuseIfSaturated(intake: IntakeService): void {
  if (intake.saturated) throw overloaded()
}

function asProblem(error: unknown): never {
  throw error instanceof IntakeSaturatedError ? overloaded() : error
}

function overloaded(): Problem {
  return new Problem('overloaded', 'send the same request again later', {
    'retry-after': String(RETRY_AFTER_S),
  })
}
