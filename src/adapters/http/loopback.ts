import {isIP} from 'node:net'

/** Whether a host name or address (IPv6 without brackets) is this machine's loopback, without asking DNS. */
export function isLoopbackHost(host: string): boolean {
  const version = isIP(host)
  if (version === 4) return host.startsWith('127.')
  if (version === 6) return host === '::1'
  return host.toLowerCase() === 'localhost'
}

/** Without API keys, whoever can reach the service may use it: throws unless only this machine can. */
export function assertLoopback(host: string): void {
  if (isLoopbackHost(host)) return
  throw new Error(
    `http.host is ${JSON.stringify(host)}, but without API keys the service listens on loopback only; ` +
      'set http.host (TRIPLINE_HTTP_HOST) to 127.0.0.1, ::1 or localhost, or create keys (tripline keys create)',
  )
}
