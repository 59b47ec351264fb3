import type {FastifyBaseLogger} from 'fastify'
import {createHttpServer} from '../../adapters/http/http-server.js'
import type {Config} from '../config/config.js'
import type {EmbeddedService} from './embedded-service.js'

/** Connections that still send something so long after the end was announced are cut. */
const CLOSE_GRACE_MS = 10_000

export interface HttpListener {
  readonly url: string
  /** Takes no more requests, answers those under way and closes. */
  close(): Promise<void>
}

/** Puts the HTTP interface in front of a service. */
export async function serveHttp(
  service: EmbeddedService,
  {http}: Config,
  logger?: FastifyBaseLogger,
): Promise<HttpListener> {
  const app = createHttpServer(
    {
      streams: () => service.partition.bundle.streams,
      intake: service,
      status: service,
      alerts: service.readModel,
      settledUpTo: () => service.settledUpTo(),
      rules: service.rules,
    },
    {bodyLimit: http.bodyLimit, logger},
  )
  const url = await app.listen({host: http.host, port: http.port})
  return {
    url,
    close: async () => {
      const cut = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS)
      await app.close()
      clearTimeout(cut)
    },
  }
}
