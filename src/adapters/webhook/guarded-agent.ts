import {isIP, type LookupFunction} from 'node:net'
import {Agent, buildConnector} from 'undici'
import {allowedAddresses, assertAllowed, type Resolve, type TargetPolicy} from './target.js'

export interface GuardedAgentOptions {
  readonly policy: TargetPolicy
  readonly resolve: Resolve
  /** Connections to the receiver at a time. */
  readonly connections: number
  readonly connectTimeoutMs: number
  /** Certificates to trust besides those of the system. */
  readonly ca?: string | undefined
}

const IDLE_CONNECTION_MS = 10_000

/**
 * Connections to one receiver that lead to allowed addresses only: for each connection the name is resolved, every
 * address is checked, and one of those, no other, is connected to.
 */
export function guardedAgent(options: GuardedAgentOptions): Agent {
  const {policy, connections, connectTimeoutMs: timeout, ca} = options
  const lookup = checkedLookup(options)
  const connect = buildConnector({lookup, timeout, ...(ca === undefined ? {} : {ca})})
  return new Agent({
    connections,
    pipelining: 1,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    connect: (target, done) => {
      const {hostname} = target
      const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
      try {
        // For an address nothing is looked up.
        if (isIP(host) !== 0) assertAllowed(host, policy)
      } catch (error) {
        done(error as Error, null)
        return
      }
      connect(target, done)
    },
  })
}

function checkedLookup({policy, resolve}: GuardedAgentOptions): LookupFunction {
  return (hostname, {all}, done) => {
    allowedAddresses(hostname, policy, resolve).then(
      (addresses) => {
        const found = addresses.map((address) => ({address, family: isIP(address)}))
        const [first] = found
        if (all === true) done(null, found)
        else done(null, first?.address ?? '', first?.family)
      },
      (error: Error) => done(error, ''),
    )
  }
}
