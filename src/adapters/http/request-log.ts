import type {FastifyReply, FastifyRequest} from 'fastify'

/** One line per answered request. Says the route and not the path, which may hold ids. */
export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  const route = request.routeOptions.url ?? 'none'
  const latency_ms = Math.round(reply.elapsedTime * 100) / 100
  request.log.info({method: request.method, route, status: reply.statusCode, latency_ms}, 'request answered')
}
