import rateLimit from '@fastify/rate-limit'
import type {FastifyInstance, FastifyRequest} from 'fastify'
import type {Actor} from '../../core/case/audit-record.js'
import {isListed, isOpen, mayUse} from './access.js'
import {refuseForeignPages} from './browser-guard.js'
import {type Authenticate, AuthenticationUnavailableError, LOCAL, type Principal} from './principal.js'
import {Problem} from './problem.js'

/** Requests are counted over so long: a burst may take up what it spared. */
const WINDOW_MS = 10_000
/** From one address, in a window, with tokens that are not valid. */
const FAILURES_PER_WINDOW = 100
/** Principals and addresses whose requests are counted at a time. */
const COUNTED = 10_000

const BEARER = /^Bearer +([\w.~+/=-]{1,8192})$/i

/**
 * Lets a request through to its route if whoever sends it may use that route, and not too often. Without
 * `authenticate` everybody may who is on this machine, save web pages.
 */
export function addGate(app: FastifyInstance, authenticate: Authenticate | undefined): IsStillAllowed {
  app.decorateRequest('principal', null)
  app.addHook('onRoute', ({method, url, config}) => {
    const methods = [method].flat().filter((name) => name !== 'HEAD')
    const unknown =
      config?.refusesMethod === true ? [] : methods.filter((name) => !isListed(`${name} ${url}`))
    if (unknown.length > 0)
      throw new Error(`${unknown} ${url} is not in the table of who may do what (access.ts)`)
  })
  const limits = addLimits(app)
  app.addHook('onRequest', async (request) => {
    const {config} = request.routeOptions
    const route = routeOf(request)
    if (authenticate === undefined) refuseForeignPages(request)
    if (isOpen(route)) return
    const principal =
      authenticate === undefined ? LOCAL : await identify(request, authenticate).catch(limits.refuseFailure)
    request.principal = principal
    await limits.refuseTooMany(request)
    // What is not there, or refuses the method, says so to everybody who has a key.
    if (request.is404 || config.refusesMethod === true) return
    if (!mayUse(principal.roles, route))
      throw new Problem(
        'forbidden',
        `none of your roles may do this; yours are ${principal.roles.join(', ')}`,
      )
  })
  return async (request) => {
    if (authenticate === undefined) return true
    // While tokens cannot be checked, those that counted go on to.
    const principal = await identify(request, authenticate).catch((error: unknown) =>
      error instanceof UnauthenticatedError ? null : request.principal,
    )
    return principal !== null && mayUse(principal.roles, routeOf(request))
  }
}

/** Whether whoever sent a request that lasts may still do what it asks for: a key may be revoked meanwhile. */
export type IsStillAllowed = (request: FastifyRequest) => Promise<boolean>

function routeOf({method, routeOptions}: FastifyRequest): string {
  return `${method === 'HEAD' ? 'GET' : method} ${routeOptions.url}`
}

/** Who asks, on a route that is not open to everybody. */
export function principalOf({principal}: FastifyRequest): Principal {
  if (principal === null) throw new Error('a route that is open to everybody asked who is there')
  return principal
}

/** Who asks, as audit records name them. */
export function actorOf(request: FastifyRequest): Actor {
  const {id, name} = principalOf(request)
  return {id, name}
}

class UnauthenticatedError extends Error {
  constructor(
    readonly request: FastifyRequest,
    readonly detail: string,
  ) {
    super(detail)
    this.name = 'UnauthenticatedError'
  }
}

async function identify(request: FastifyRequest, authenticate: Authenticate): Promise<Principal> {
  const {authorization} = request.headers
  if (authorization === undefined)
    throw new UnauthenticatedError(request, 'send Authorization: Bearer with a key or token')
  const token = BEARER.exec(authorization)?.[1]
  if (token === undefined)
    throw new UnauthenticatedError(request, 'Authorization is not of the form: Bearer <key or token>')
  const principal = await authenticate(token).catch((error: unknown) => {
    if (!(error instanceof AuthenticationUnavailableError)) throw error
    request.log.error({err: error}, 'tokens cannot be checked')
    throw new Problem('auth_unavailable', 'tokens cannot be checked now; try again, or use a key', {
      'retry-after': '5',
    })
  })
  if (principal === undefined)
    throw new UnauthenticatedError(request, 'the key or token is unknown, expired or revoked')
  return principal
}

interface Limits {
  /** Throws if the principal of a request sent too many. */
  refuseTooMany(request: FastifyRequest): Promise<void>
  /** Answers a failed authentication, and counts it for its address. */
  refuseFailure(error: unknown): Promise<never>
}

type Check = ReturnType<FastifyInstance['createRateLimit']>

function addLimits(app: FastifyInstance): Limits {
  let requests: Check | undefined
  let failures: Check | undefined
  app.register(rateLimit, {global: false, cache: COUNTED})
  app.after(() => {
    requests = app.createRateLimit({
      timeWindow: WINDOW_MS,
      keyGenerator: ({principal}) => `principal ${principal?.id}`,
      max: ({principal}) => ((principal?.ratePerSecond ?? 0) * WINDOW_MS) / 1000,
    })
    failures = app.createRateLimit({
      timeWindow: WINDOW_MS,
      keyGenerator: ({ip}) => `address ${ip}`,
      max: FAILURES_PER_WINDOW,
    })
  })
  return {
    refuseTooMany: async (request) => {
      const {ratePerSecond} = principalOf(request)
      if (ratePerSecond !== undefined)
        await refuseBeyond(requests, request, `a key may send ${ratePerSecond} requests a second`)
    },
    refuseFailure: async (error) => {
      if (!(error instanceof UnauthenticatedError)) throw error
      await refuseBeyond(failures, error.request, 'too many keys or tokens from your address were not valid')
      throw new Problem('unauthenticated', error.detail, {'www-authenticate': 'Bearer realm="tripline"'})
    },
  }
}

async function refuseBeyond(check: Check | undefined, request: FastifyRequest, why: string): Promise<void> {
  const limit = await check?.(request)
  if (limit === undefined || limit.isAllowed || !limit.isExceeded) return
  throw new Problem('rate_limited', `${why}; wait, then send the same request again`, {
    'retry-after': String(Math.max(1, limit.ttlInSeconds)),
  })
}
