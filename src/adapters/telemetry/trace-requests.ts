import {context, type Span, SpanKind, SpanStatusCode, type Tracer, trace} from '@opentelemetry/api'
import type {FastifyInstance, FastifyRequest} from 'fastify'
import {contextOf} from './trace-context.js'

/** Asked for by machines, every few seconds. */
const NOT_TRACED = /^\/(health|metrics)(\/|$)/

/**
 * A span for each request, in the trace that the sender names in `traceparent`. It names the route and not the path, which
 * may hold ids; nothing of headers, bodies or addresses.
 */
export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  const spans = new WeakMap<FastifyRequest, Span>()
  app.addHook('onRequest', async (request) => {
    const {method, headers, routeOptions} = request
    const route = routeOptions.url ?? 'none'
    if (NOT_TRACED.test(route)) return
    const {traceparent} = headers
    const parent = contextOf(Array.isArray(traceparent) ? traceparent[0] : traceparent)
    const attributes = {'http.request.method': method, 'http.route': route}
    spans.set(request, tracer.startSpan(`${method} ${route}`, {kind: SpanKind.SERVER, attributes}, parent))
  })
  // After the body was read, and not before: its pieces arrive outside of any request.
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request)
    if (span === undefined) done()
    else context.with(trace.setSpan(context.active(), span), done)
  })
  app.addHook('onResponse', async (request, {statusCode}) => {
    const span = spans.get(request)
    span?.setAttribute('http.response.status_code', statusCode)
    if (statusCode >= 500) span?.setStatus({code: SpanStatusCode.ERROR})
    span?.end()
  })
  app.addHook('onRequestAbort', async (request) => {
    spans.get(request)?.setStatus({code: SpanStatusCode.ERROR, message: 'the sender went away'}).end()
  })
}
