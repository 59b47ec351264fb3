import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify'
import type {z} from 'zod'
import {allowOnly} from './allow-only.js'
import {EventStream} from './event-stream.js'
import type {IsStillAllowed} from './gate.js'
import {Problem} from './problem.js'
import {checkQuery} from './query.js'
import type {FedRecord, RecordFeed} from './record-feed.js'

const MOST_CLIENTS = 200
const LONGEST_ID = 32

export interface StreamOptions {
  readonly isStillAllowed: IsStillAllowed
  /** Between signs of life, in ms. */
  readonly heartbeat: number
}

/** What is streamed where, and how clients choose of it. */
export interface StreamedFeed<T, Query> {
  readonly url: string
  readonly feed: RecordFeed<T>
  readonly query: z.ZodType<Query> & {readonly shape: object}
  readonly passes: (record: T, query: Query) => boolean
}

/**
 * Records of a feed as server-sent events, named by their type. Last-Event-ID resumes; where that is not possible, or the
 * client is too slow, it is told to `resync`: to read the list, and go on from here.
 */
export function addStreamRoute<T extends {readonly type: string}, Query>(
  app: FastifyInstance,
  {url, feed, query, passes}: StreamedFeed<T, Query>,
  {isStillAllowed, heartbeat}: StreamOptions,
): void {
  const streams = new Set<EventStream>()

  app.get(url, async (request, reply) => {
    const filter = checkQuery(query, request.query)
    const last = lastEventId(request)
    if (request.method === 'HEAD') return reply.type('text/event-stream').send()
    if (streams.size >= MOST_CLIENTS)
      throw new Problem('too_many_streams', `${MOST_CLIENTS} clients listen already; try again later`, {
        'retry-after': '30',
      })
    const stream = begin(reply, last ?? feed.lastId)
    streams.add(stream)
    const send = (records: readonly FedRecord<T>[]): void => {
      for (const {id, record, text} of records) if (passes(record, filter)) stream.send(record.type, id, text)
    }
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
