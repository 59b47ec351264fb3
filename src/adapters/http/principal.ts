/** What somebody may be to an installation. A lead does what a reviewer does, and decides about rules and subscriptions. */
export const ROLES = ['reviewer', 'lead', 'admin', 'service'] as const

export type Role = (typeof ROLES)[number]

/** Who asks. */
export interface Principal {
  /** Stable: `key:<id>`, `oidc:<subject>` or `local`. Audit records name it. */
  readonly id: string
  /** For people. */
  readonly name: string
  readonly roles: readonly Role[]
  /** Requests per second that it may send; undefined for no limit. */
  readonly ratePerSecond: number | undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on routes that are open to everybody. */
    principal: Principal | null
  }
}

/** Whoever can reach a service on loopback that knows no keys. */
export const LOCAL: Principal = {id: 'local', name: 'this machine', roles: ROLES, ratePerSecond: undefined}

/** Finds out who presents a bearer token; undefined if it is not valid. Rejects with AuthenticationUnavailableError. */
export type Authenticate = (token: string) => Promise<Principal | undefined>

/** Whether a token is valid cannot be found out now. */
export class AuthenticationUnavailableError extends Error {
  constructor(cause: unknown) {
    super('the keys of the identity provider could not be read', {cause})
    this.name = 'AuthenticationUnavailableError'
  }
}
