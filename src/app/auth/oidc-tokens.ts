import {readFile} from 'node:fs/promises'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import {
  AuthenticationUnavailableError,
  type Principal,
  ROLES,
  type Role,
} from '../../adapters/http/principal.js'
import type {Clock} from '../../engine/port/clock.js'
import {rateOf} from './api-key.js'
import type {OidcSettings} from './oidc-settings.js'

/** Signatures by a private key only: a public key must not serve as the secret of another algorithm. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const CLOCK_TOLERANCE_S = 5
const FETCH_TIMEOUT_MS = 5_000
/** Says of an error that the token is to blame for it. */
const TOKEN_FAULTS: readonly (new (...args: never[]) => Error)[] = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
]

/** Bearer tokens of an identity provider: JWTs that it signed. */
export class OidcTokens {
  private constructor(
    private readonly settings: OidcSettings,
    private readonly keys: JWTVerifyGetKey,
    private readonly clock: Clock,
  ) {}

  /** Reads the file of keys, where there is one; an address is first asked when a token comes. */
  static async open(settings: OidcSettings, clock: Clock): Promise<OidcTokens> {
    const {jwks_url, jwks_file} = settings
    if (jwks_file !== undefined) return new OidcTokens(settings, await localKeys(jwks_file), clock)
    const url = new URL(jwks_url as string)
    return new OidcTokens(settings, createRemoteJWKSet(url, {timeoutDuration: FETCH_TIMEOUT_MS}), clock)
  }

  /** Who has this token; undefined if it is not valid. Rejects with AuthenticationUnavailableError. */
  async find(token: string): Promise<Principal | undefined> {
    const {issuer, audience} = this.settings
    try {
      const {payload} = await jwtVerify(token, this.keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(this.clock.now()),
      })
      const roles = this.rolesIn(payload)
      const name = typeof payload.name === 'string' ? payload.name : String(payload.sub)
      return {id: `oidc:${payload.sub}`, name: name.slice(0, 100), roles, ratePerSecond: rateOf(roles)}
    } catch (error) {
      if (TOKEN_FAULTS.some((fault) => error instanceof fault)) return undefined
      throw new AuthenticationUnavailableError(error)
    }
  }

  /** The roles that a token speaks of; others than ours say nothing here. */
  private rolesIn(payload: JWTPayload): readonly Role[] {
    const {role_claim, role_names} = this.settings
    const claim = role_claim.split('.').reduce<unknown>(memberOf, payload)
    const named = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ') : []
    const roles = named.map((name) => (Object.hasOwn(role_names, name) ? role_names[name] : name))
    return ROLES.filter((role) => roles.includes(role))
  }
}

function memberOf(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
  return isObject ? (value as {readonly [name: string]: unknown})[name] : undefined
}

async function localKeys(path: string): Promise<JWTVerifyGetKey> {
  const text = await readFile(path, 'utf8')
  try {
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet)
  } catch {
    throw new RangeError(`${path} is no set of keys; save the jwks_uri of the identity provider there`)
  }
}
