import {lookup} from 'node:dns/promises'
import {isIP} from 'node:net'
import {WebhookUrlError} from '../../engine/port/webhook-admin.js'
import {isLoopbackAddress, isPublicAddress} from './address-guard.js'

const MAX_URL_LENGTH = 2048

/** Which receivers may be sent to. */
export interface TargetPolicy {
  /** Also this machine, and without TLS: for development. */
  readonly allowHttpLoopback: boolean
}

/** Every address of a host name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

/** As the system resolves names, its hosts file included. */
export const resolveBySystem: Resolve = async (hostname) => {
  const found = await lookup(hostname, {all: true, order: 'verbatim'})
  return found.map(({address}) => address)
}

/** What cannot be resolved now; it may be later. */
export class NameNotResolvedError extends Error {
  constructor(hostname: string) {
    super(`the host name ${hostname} could not be resolved`)
    this.name = 'NameNotResolvedError'
  }
}

/** Reads a URL to which messages may be sent, as far as it can be judged without a network. Throws WebhookUrlError. */
export function parseTarget(text: string, {allowHttpLoopback}: TargetPolicy): URL {
  if (text.length > MAX_URL_LENGTH)
    throw new WebhookUrlError(`the url is longer than ${MAX_URL_LENGTH} characters`)
  if (!URL.canParse(text)) throw new WebhookUrlError('the url cannot be read; write it as https://host/path')
  // Numbers, hexadecimal parts and foreign digits have become a plain address here, and letters are small.
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    throw new WebhookUrlError('the url holds a user name or password; messages are signed instead')
  if (url.hash !== '')
    throw new WebhookUrlError('the url holds a fragment, which is never sent; leave it out')
  if (url.port === '0') throw new WebhookUrlError('port 0 cannot be connected to')
  const isHttp = url.protocol === 'http:'
  if (url.protocol !== 'https:' && !isHttp) throw new WebhookUrlError('the url must begin with https://')
  if (isHttp && !(allowHttpLoopback && isLoopbackName(hostOf(url))))
    throw new WebhookUrlError(
      'the url must begin with https://; http is for receivers on this machine, where webhooks.allow_http_loopback is set',
    )
  if (isIP(hostOf(url)) !== 0) assertAllowed(hostOf(url), {allowHttpLoopback})
  else if (isLoopbackName(hostOf(url)) && !allowHttpLoopback) throw refusedAddress()
  return url
}

/**
 * The addresses of a host name or an address in any case all of which may be sent to: one that may not makes the whole
 * target refused. Rejects with WebhookUrlError or NameNotResolvedError.
 */
export async function allowedAddresses(
  host: string,
  policy: TargetPolicy,
  resolve: Resolve,
): Promise<readonly string[]> {
  if (isIP(host) !== 0) {
    assertAllowed(host, policy)
    return [host]
  }
  const addresses = await resolve(host).catch(() => [])
  if (addresses.length === 0) throw new NameNotResolvedError(host)
  for (const address of addresses) assertAllowed(address, policy)
  return addresses
}

/** Throws WebhookUrlError for an address that may not be sent to. */
export function assertAllowed(address: string, {allowHttpLoopback}: TargetPolicy): void {
  if (isPublicAddress(address)) return
  if (allowHttpLoopback && isLoopbackAddress(address)) return
  throw refusedAddress()
}

/** The host without the brackets of IPv6. */
export function hostOf({hostname}: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

/** Says nothing of what a name resolves to: whoever registers it shall not learn about this network. */
function refusedAddress(): WebhookUrlError {
  return new WebhookUrlError('the host is not a public address; receivers must be reachable on the Internet')
}

function isLoopbackName(host: string): boolean {
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name)
}
