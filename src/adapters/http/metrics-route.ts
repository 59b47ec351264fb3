import type {FastifyInstance} from 'fastify'
import {allowOnly} from './allow-only.js'

/** Where metrics are counted and shown. */
export interface MetricsService {
  /** All metrics, in the OpenMetrics format. */
  expose(): Promise<{readonly contentType: string; readonly text: string}>
  readonly http: {observe(method: string, route: string, status: number, milliseconds: number): void}
}

/** GET /metrics, and the counting of all requests. */
export function addMetricsRoute(app: FastifyInstance, metrics: MetricsService): void {
  app.addHook('onResponse', async ({method, routeOptions}, {statusCode, elapsedTime}) => {
    metrics.http.observe(method, routeOptions.url ?? 'none', statusCode, elapsedTime)
  })
  app.get('/metrics', async (_request, reply): Promise<Buffer> => {
    const {contentType, text} = await metrics.expose()
    reply.header('content-type', contentType)
    // As bytes: to text the framework would add its own charset.
    return Buffer.from(text)
  })
  allowOnly(app, '/metrics', ['GET'])
}
