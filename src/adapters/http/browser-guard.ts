import type {FastifyRequest} from 'fastify'
import {isLoopbackHost} from './loopback.js'
import {Problem} from './problem.js'

/*
 * A service on loopback without keys trusts every program of this machine. A browser there runs the code of
 * any web page, which must not reach the service: neither under a name that was made to point here
 * (DNS rebinding), nor by requests across sites.
 */

const HOST = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/

/** Throws a Problem for a request that a foreign web page may have caused. */
export function refuseForeignPages({headers}: FastifyRequest): void {
  if (!isLoopbackAuthority(headers.host)) {
    throw new Problem(
      'forbidden_host',
      'reach the service as localhost, 127.0.0.1 or [::1]; keys will allow more',
    )
  }
  const {origin} = headers
  if (origin !== undefined && !isLoopbackOrigin(origin)) {
    throw new Problem('forbidden_origin', 'the Origin header names a page that is not from this machine')
  }
  if (headers['sec-fetch-site'] === 'cross-site') {
    throw new Problem('forbidden_origin', 'the browser says that another site asks (Sec-Fetch-Site)')
  }
}

/** Whether a Host header names loopback, with or without a port. */
function isLoopbackAuthority(authority: string | undefined): boolean {
  const parts = HOST.exec(authority ?? '')
  return parts !== null && isLoopbackHost(parts[1] ?? parts[2] ?? '')
}

/** Whether an Origin header names a page of this machine. `null` (sandboxed frames, files) does not. */
function isLoopbackOrigin(origin: string): boolean {
  const parts = /^https?:\/\/(.+)$/.exec(origin)
  return parts !== null && isLoopbackAuthority(parts[1])
}
