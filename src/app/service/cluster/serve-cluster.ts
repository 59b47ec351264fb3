import type {HttpServerOptions} from '../../../adapters/http/http-server.js'
import type {Config} from '../../config/config.js'
import {checkRule} from '../../rules/check-rule.js'
import {type HttpListener, listen} from '../serve-http.js'
import {watchedDecisions} from '../watched-decisions.js'
import type {ClusterService} from './cluster-service.js'

/** Puts the HTTP interface in front of one worker: it answers for all. */
export function serveCluster(
  service: ClusterService,
  config: Config,
  options: Omit<HttpServerOptions, 'bodyLimit'>,
): Promise<HttpListener> {
  const {edge} = service
  return listen(
    {
      streams: () => service.streams,
      intake: edge.intake,
      decisions: watchedDecisions(edge.decisions, service.metrics.observeFallback),
      idempotencyKeys: edge.idempotencyKeys,
      status: service,
      alerts: service.readModel,
      triage: edge.triage,
      cases: edge.cases.http,
      timelines: edge.timelines,
      features: edge.features,
      alertFeed: edge.alertFeed,
      settledUpTo: () => edge.settledUpTo(),
      rules: service.rules,
      ruleProposals: service.ruleProposals,
      backtests: service.backtests,
      checkRule: (text) => checkRule(text, config),
      models: edge.models,
      modelProposals: edge.modelProposals,
      retraining: edge.learning,
      webhooks: edge.webhooks,
      metrics: service.metrics,
      audit: edge.audit,
      forgetting: service.forgetting,
    },
    config,
    options,
  )
}
