import {randomUUID} from 'node:crypto'
import {type FastifyBaseLogger, type FastifyInstance, fastify, LogController} from 'fastify'
import type {VerdictReader} from '../../engine/port/read-model.js'
import type {WebhookAdmin} from '../../engine/port/webhook-admin.js'
import type {AlertFeed} from './alert-feed.js'
import {addAlertStreamRoute} from './alert-stream-route.js'
import {type AlertReader, addAlertRoutes, type SettledUpTo} from './alerts-route.js'
import {type AuditReader, addAuditRoute} from './audit-route.js'
import {addBacktestRoute, type BacktestService} from './backtest-route.js'
import {addCaseRoutes, type CaseParts} from './case-routes.js'
import type {DecisionService, IdempotencyKeys} from './decision-service.js'
import {addDecisionsRoute} from './decisions-route.js'
import {addEventsRoute} from './events-route.js'
import {addFeaturesRoute, type FeaturesService} from './features-route.js'
import {addFeedbackRoutes} from './feedback-routes.js'
import type {ForgetService} from './forget-service.js'
import {addGate} from './gate.js'
import type {IntakeService} from './intake-service.js'
import {addMetricsRoute, type MetricsService} from './metrics-route.js'
import {addModelProposalRoutes} from './model-proposal-routes.js'
import type {ModelProposals} from './model-proposals.js'
import {addModelsRoutes} from './models-routes.js'
import type {ModelsService} from './models-service.js'
import {addDocsRoutes} from './openapi/docs-routes.js'
import type {Authenticate} from './principal.js'
import {answerError, answerNotFound, answerUnreadable} from './problem-answers.js'
import {addBodyParsers} from './request-body.js'
import {logRequest} from './request-log.js'
import {addRetrainRoutes} from './retrain-routes.js'
import type {RetrainService} from './retrain-service.js'
import {addRuleCheckRoute, type CheckRule} from './rule-check-route.js'
import {addRuleModeRoute} from './rule-mode-route.js'
import {addRuleProposalRoutes} from './rule-proposal-routes.js'
import type {RuleProposals} from './rule-proposals.js'
import {addRulesRoutes} from './rules-route.js'
import type {RulesService} from './rules-service.js'
import {SECURITY_HEADERS} from './security-headers.js'
import {addStatusRoutes} from './status-routes.js'
import type {StatusService} from './status-service.js'
import type {TimelineReader} from './timeline-reader.js'
import {addTriageRoutes} from './triage-routes.js'
import type {TriageService} from './triage-service.js'
import {addUsersRoute} from './users-route.js'
import {addWebhookRoutes} from './webhook-routes.js'

/** What the routes need of the rest. Routes whose service is left out are not there. */
export interface HttpServices {
  /** The streams that events can be sent to, by name. */
  readonly streams: () => ReadonlyMap<string, unknown>
  readonly intake: IntakeService
  readonly decisions?: DecisionService
  readonly idempotencyKeys?: IdempotencyKeys
  readonly status: StatusService
  readonly alerts: AlertReader & VerdictReader
  readonly triage?: TriageService
  readonly cases?: CaseParts
  readonly timelines?: TimelineReader
  readonly features?: FeaturesService
  readonly alertFeed?: AlertFeed
  readonly settledUpTo: SettledUpTo
  readonly rules: RulesService
  readonly ruleProposals?: RuleProposals
  readonly checkRule?: CheckRule
  readonly backtests?: BacktestService
  readonly models?: ModelsService
  readonly modelProposals?: ModelProposals
  readonly retraining?: RetrainService
  readonly webhooks?: WebhookAdmin
  readonly metrics?: MetricsService
  readonly audit?: AuditReader
  readonly forgetting?: ForgetService
}

export interface HttpServerOptions {
  /** Longest request body in bytes. */
  readonly bodyLimit: number
  /** Says who asks. Without it whoever is on this machine may do everything: listen on loopback only. */
  readonly authenticate?: Authenticate | undefined
  /** One line per request goes there; without it, none. */
  readonly logger?: FastifyBaseLogger | undefined
  /** Watches all requests from outside. */
  readonly instrument?: ((app: FastifyInstance) => void) | undefined
  /** Of the program, for its documentation. */
  readonly version?: string | undefined
  /** What differs from DEFAULT_TIMEOUTS. */
  readonly timeouts?: Partial<HttpTimeouts> | undefined
}

/** All in milliseconds. */
export interface HttpTimeouts {
  /** For a whole request to arrive. */
  readonly request: number
  /** For a connection on which nothing moves, also while an answer is awaited. */
  readonly connection: number
  /** For a connection to be used again. */
  readonly keepAlive: number
  /** Between signs of life on a stream of alerts. */
  readonly heartbeat: number
}

export const DEFAULT_TIMEOUTS: HttpTimeouts = {
  request: 30_000,
  connection: 120_000,
  keepAlive: 72_000,
  heartbeat: 15_000,
}

/** Bounds the memory that request bodies can take together with the body limit. */
const MAX_CONNECTIONS = 1000
const MAX_PARAM_LENGTH = 100

/**
 * The HTTP interface, not listening yet. Without `authenticate`, listen on a host that `assertLoopback` lets pass.
 * Nothing of a body, no address and no query string is logged.
 */
export function createHttpServer(services: HttpServices, options: HttpServerOptions): FastifyInstance {
  const {bodyLimit, logger, authenticate} = options
  const timeouts = {...DEFAULT_TIMEOUTS, ...options.timeouts}
  const app = fastify({
    bodyLimit,
    requestTimeout: timeouts.request,
    connectionTimeout: timeouts.connection,
    keepAliveTimeout: timeouts.keepAlive,
    // Node looks for overdue requests only now and then.
    http: {headersTimeout: timeouts.request, connectionsCheckingInterval: Math.min(5000, timeouts.request)},
    routerOptions: {maxParamLength: MAX_PARAM_LENGTH},
    // While closing, what arrives on open connections is still answered.
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    logController: new LogController({disableRequestLogging: true}),
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerError,
    ...(logger === undefined ? {} : {loggerInstance: logger}),
  })
  app.server.maxConnections = MAX_CONNECTIONS

  addBodyParsers(app)
  app.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS))
  options.instrument?.(app)
  const isStillAllowed = addGate(app, authenticate)
  closeConnectionsWhenClosing(app)
  app.addHook('onResponse', async (request, reply) => logRequest(request, reply))
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)

  addEventsRoute(app, services.streams, services.intake)
  if (services.decisions !== undefined && services.idempotencyKeys !== undefined)
    addDecisionsRoute(app, services.decisions, services.idempotencyKeys, services.intake)
  addAlertRoutes(app, services)
  if (services.alertFeed !== undefined)
    addAlertStreamRoute(app, services.alertFeed, {isStillAllowed, heartbeat: timeouts.heartbeat})
  if (services.timelines !== undefined) addUsersRoute(app, services, services.timelines, services.forgetting)
  if (services.features !== undefined) addFeaturesRoute(app, services.features)
  addFeedbackRoutes(app, services)
  if (services.triage !== undefined) addTriageRoutes(app, services.triage)
  if (services.cases !== undefined)
    addCaseRoutes(app, services.cases, {isStillAllowed, heartbeat: timeouts.heartbeat})
  addStatusRoutes(app, services.status)
  addRulesRoutes(app, services.rules, services.ruleProposals)
  addRuleModeRoute(app, services.rules, services.ruleProposals)
  if (services.checkRule !== undefined) addRuleCheckRoute(app, services.checkRule)
  if (services.backtests !== undefined) addBacktestRoute(app, services.backtests)
  if (services.ruleProposals !== undefined) addRuleProposalRoutes(app, services.ruleProposals)
  if (services.models !== undefined) addModelsRoutes(app, services.models, services.modelProposals)
  if (services.retraining !== undefined) addRetrainRoutes(app, services.retraining)
  if (services.modelProposals !== undefined) addModelProposalRoutes(app, services.modelProposals)
  if (services.webhooks !== undefined) addWebhookRoutes(app, services.webhooks)
  if (services.metrics !== undefined) addMetricsRoute(app, services.metrics)
  if (services.audit !== undefined) addAuditRoute(app, services.audit)
  addDocsRoutes(app, options.version ?? 'unknown')
  return app
}

/** A connection in use when the server closes would be kept for its next request, and hold up the close. */
function closeConnectionsWhenClosing(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}
