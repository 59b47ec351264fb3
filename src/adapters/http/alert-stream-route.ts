import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify'
import {z} from 'zod'
import type {AlertRecord} from '../../core/decision/records.js'
import type {AlertFeed, FedAlert} from './alert-feed.js'
import {allowOnly} from './allow-only.js'
import {EventStream} from './event-stream.js'
import type {IsStillAllowed} from './gate.js'
import {Problem} from './problem.js'
import {checkQuery, textParameter, wordParameter} from './query.js'

const MOST_CLIENTS = 200
const LONGEST_ID = 32

export const alertStreamQuerySchema = z.strictObject({
  rule: textParameter(128).optional(),
  severity: wordParameter(['low', 'medium', 'high', 'critical']).optional(),
  mode: wordParameter(['live', 'shadow']).optional(),
})

type StreamFilter = z.infer<typeof alertStreamQuerySchema>

export interface AlertStreamOptions {
  readonly isStillAllowed: IsStillAllowed
  /** Between signs of life, in ms. */
  readonly heartbeat: number
}

/**
 * GET /v1/alerts/stream: alert records as server-sent events. Last-Event-ID resumes; where that is not possible, or the
 * client is too slow, it is told to `resync`: to read GET /v1/alerts, and go on from here.
 */
export function addAlertStreamRoute(
  app: FastifyInstance,
  feed: AlertFeed,
  {isStillAllowed, heartbeat}: AlertStreamOptions,
): void {
  const url = '/v1/alerts/stream'
  const streams = new Set<EventStream>()

  app.get(url, async (request, reply) => {
    const filter = checkQuery(alertStreamQuerySchema, request.query)
    const last = lastEventId(request)
    if (request.method === 'HEAD') return reply.type('text/event-stream').send()
    if (streams.size >= MOST_CLIENTS)
      throw new Problem('too_many_streams', `${MOST_CLIENTS} clients listen already; try again later`, {
        'retry-after': '30',
      })
    const stream = begin(reply, last ?? feed.lastId)
    streams.add(stream)
    const send = (alerts: readonly FedAlert[]) => sendAll(stream, alerts, filter)
    if (last !== undefined) {
      const missed = feed.after(last)
      if (missed === undefined) stream.resync('what came after Last-Event-ID is not known here', feed.lastId)
      else send(missed)
    }
    const stopListening = feed.listen(send)
    const beat = setInterval(async () => {
      if (await isStillAllowed(request)) stream.beat()
      else stream.cut('the key or token does not count any more', feed.lastId)
    }, heartbeat)
    reply.raw.once('close', () => {
      stopListening()
      clearInterval(beat)
      streams.delete(stream)
    })
    return reply
  })
  allowOnly(app, url, ['GET'])
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.cut('the service stops', feed.lastId)
  })
}

function lastEventId({headers}: FastifyRequest): string | undefined {
  const id = headers['last-event-id']
  return typeof id === 'string' && id.length > 0 ? id.slice(0, LONGEST_ID) : undefined
}

function begin(reply: FastifyReply, id: string): EventStream {
  reply.hijack()
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as {[name: string]: string}),
    'content-type': 'text/event-stream',
    'x-accel-buffering': 'no',
  })
  return new EventStream(reply.raw, /^[\d.]+$/.test(id) ? id : '0.0')
}

function sendAll(stream: EventStream, alerts: readonly FedAlert[], filter: StreamFilter): void {
  for (const {id, alert, text} of alerts) if (passes(alert, filter)) stream.send(alert.type, id, text)
}

function passes(alert: AlertRecord, {rule, severity, mode}: StreamFilter): boolean {
  if (rule !== undefined && rule !== alert.rule.id) return false
  if (mode !== undefined && mode !== alert.mode) return false
  return severity === undefined || severity === alert.severity
}
