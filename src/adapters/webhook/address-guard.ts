import {isIP} from 'node:net'
import ipaddr from 'ipaddr.js'

/** Answers only inside Microsoft's cloud, to every machine there, although it looks public. */
const CLOUD_HOST_ADDRESS = '168.63.129.16'

/** All global unicast addresses of IPv6 that were ever given out (RFC 4291, 2.4). */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3')

/**
 * Whether an address belongs to a machine on the Internet: not this machine, not a private network, not a link, not a
 * form in which an IPv6 address holds another one, nothing reserved.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  if (parsed.kind() === 'ipv4') return address !== CLOUD_HOST_ADDRESS
  return parsed.match(GLOBAL_UNICAST)
}

/** Whether an address is this machine's loopback, in the two plain forms: 127.0.0.0/8 and ::1. */
export function isLoopbackAddress(address: string): boolean {
  return isIP(address) !== 0 && ipaddr.parse(address).range() === 'loopback'
}
