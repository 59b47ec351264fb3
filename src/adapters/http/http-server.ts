import {randomUUID} from 'node:crypto'
import {type FastifyBaseLogger, type FastifyInstance, fastify, LogController} from 'fastify'
import {type AlertReader, addAlertRoutes, type SettledUpTo} from './alerts-route.js'
import {refuseForeignPages} from './browser-guard.js'
import {addEventsRoute} from './events-route.js'
import type {IntakeService} from './intake-service.js'
import {answerError, answerNotFound, answerUnreadable} from './problem-answers.js'
import {logRequest} from './request-log.js'
import {addRulesRoutes} from './rules-route.js'
import type {RulesService} from './rules-service.js'
import {SECURITY_HEADERS} from './security-headers.js'
import {addStatusRoutes} from './status-routes.js'
import type {StatusService} from './status-service.js'

/** What the routes need of the rest. */
export interface HttpServices {
  /** The streams that events can be sent to, by name. */
  readonly streams: () => ReadonlyMap<string, unknown>
  readonly intake: IntakeService
  readonly status: StatusService
  readonly alerts: AlertReader
  readonly settledUpTo: SettledUpTo
  readonly rules: RulesService
}

export interface HttpServerOptions {
  /** Longest request body in bytes. */
  readonly bodyLimit: number
  /** One line per request goes there; without it, none. */
  readonly logger?: FastifyBaseLogger | undefined
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
}

export const DEFAULT_TIMEOUTS: HttpTimeouts = {request: 30_000, connection: 120_000, keepAlive: 72_000}

/** Bounds the memory that request bodies can take together with the body limit. */
const MAX_CONNECTIONS = 1000
const MAX_PARAM_LENGTH = 100

/**
 * The HTTP interface, not listening yet. It knows no keys: listen on a host that `assertLoopback` lets pass.
 * Nothing of a body, no address and no query string is logged.
 */
export function createHttpServer(services: HttpServices, options: HttpServerOptions): FastifyInstance {
  const {bodyLimit, logger} = options
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

  // Bodies are kept as bytes, in two formats that no form of a web page can send.
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS)
    refuseForeignPages(request)
  })
  closeConnectionsWhenClosing(app)
  app.addHook('onResponse', async (request, reply) => logRequest(request, reply))
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)

  addEventsRoute(app, services.streams, services.intake)
  addAlertRoutes(app, services.alerts, services.settledUpTo)
  addStatusRoutes(app, services.status)
  addRulesRoutes(app, services.rules)
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
