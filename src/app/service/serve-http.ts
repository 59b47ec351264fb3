import {createHttpServer, type HttpServerOptions, type HttpServices} from '../../adapters/http/http-server.js'
import {assertLoopback} from '../../adapters/http/loopback.js'
import {packageVersion} from '../cli/package-version.js'
import type {Config} from '../config/config.js'
import {checkRule} from '../rules/check-rule.js'
import type {EmbeddedService} from './embedded-service.js'
import {watchedDecisions} from './watched-decisions.js'

/** Connections that still send something so long after the end was announced are cut. */
const CLOSE_GRACE_MS = 10_000

export interface HttpListener {
  readonly url: string
  /** Takes no more requests, answers those under way and closes. */
  close(): Promise<void>
}

/** Puts the HTTP interface in front of the embedded service. */
export function serveHttp(
  service: EmbeddedService,
  config: Config,
  options: Omit<HttpServerOptions, 'bodyLimit'> = {},
): Promise<HttpListener> {
  return listen(
    {
      streams: () => service.parts.partition.bundle.streams,
      intake: service,
      decisions: watchedDecisions(service.desks.decisions, service.parts.metrics.observeFallback),
      idempotencyKeys: service.desks.idempotencyKeys,
      status: service,
      alerts: service.parts.readModel,
      triage: service.desks.triage,
      cases: service.parts.cases.http,
      timelines: service.parts.timelines,
      features: {
        entities: () => service.parts.partition.bundle.features.plans.map(({entity}) => entity),
        featuresNow: (name) => service.featuresNow(name),
      },
      alertFeed: service.parts.alertFeed,
      settledUpTo: () => service.settledUpTo(),
      rules: service.parts.rules,
      ruleProposals: service.desks.ruleProposals,
      checkRule: (text) => checkRule(text, config),
      backtests: service.desks.backtests,
      models: service.desks.models,
      modelProposals: service.desks.modelProposals,
      retraining: service.desks.learning,
      webhooks: service.parts.webhooks,
      metrics: service.parts.metrics,
      audit: service.parts.audit,
      forgetting: service.parts.forgetting,
    },
    config,
    {instrument: service.parts.tracing?.instrument, ...options},
  )
}

/** Puts the HTTP interface in front of services. */
export async function listen(
  services: HttpServices,
  {http}: Config,
  options: Omit<HttpServerOptions, 'bodyLimit'>,
): Promise<HttpListener> {
  // Whoever calls this without keys, by whatever way: only this machine may be let in.
  if (options.authenticate === undefined) assertLoopback(http.host)
  const app = createHttpServer(services, {
    version: packageVersion(),
    ...options,
    bodyLimit: http.bodyLimit,
  })
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
