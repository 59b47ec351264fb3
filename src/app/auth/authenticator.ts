import {assertLoopback} from '../../adapters/http/loopback.js'
import type {Authenticate} from '../../adapters/http/principal.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Config} from '../config/config.js'
import {keyIdOf} from './api-key.js'
import {KeyRing} from './key-ring.js'
import {OidcTokens} from './oidc-tokens.js'

/** Keys were asked for, and are not there. */
export class NoKeysError extends RangeError {
  constructor(path: string) {
    super(`auth.keys names ${path}, which is not there; tripline keys create makes it`)
    this.name = 'NoKeysError'
  }
}

/**
 * How requests are authenticated: by API keys, by tokens of an identity provider, or both. Undefined if neither is set
 * up: then http.host must be on loopback, and this throws if it is not. Rejects with NoKeysError for a file that was
 * named and is missing: the service must not open itself because a file was lost.
 */
export async function authenticatorOf(
  {auth, http, settings}: Config,
  clock: Clock,
  onTrouble: (error: Error) => void,
): Promise<Authenticate | undefined> {
  const keys = await KeyRing.open({path: auth.keys, clock, onTrouble})
  const tokens = auth.oidc === null ? undefined : await OidcTokens.open(auth.oidc, clock)
  if (keys === undefined && settings.get('auth.keys')?.origin !== 'default') throw new NoKeysError(auth.keys)
  if (keys === undefined && tokens === undefined) {
    assertLoopback(http.host)
    return undefined
  }
  return async (token) => (keyIdOf(token) === undefined ? tokens?.find(token) : keys?.find(token))
}
