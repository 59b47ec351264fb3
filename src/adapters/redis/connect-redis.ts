import {Cluster, Redis, type RedisOptions} from 'ioredis'
import type {RedisClient} from './redis-client.js'
import {RedisConnection, type RedisConnectionOptions} from './redis-connection.js'
import {RedisRefusedError, RedisUnavailableError} from './redis-errors.js'
import type {RedisTarget} from './redis-target.js'
import {checkServers} from './server-check.js'

export interface ConnectedRedis {
  readonly connection: RedisConnection
  /** What the servers do not promise, and what to do about it. */
  readonly warnings: readonly string[]
}

const START_PATIENCE_MS = 8_000
const DEFAULT_PORT = 6379

/** What servers say that waiting does not change. */
const LOCKED_OUT = /WRONGPASS|NOAUTH|NOPERM|ERR AUTH/
const NO_CLUSTER = /cluster support disabled/i

/** What the client says of a server whose certificate it does not accept. */
const CERTIFICATE = /certificate|wrong version number|altname/i

/**
 * Connects, and finds out whether the servers can be used. Rejects with RedisUnavailableError where nobody answers, and
 * with RedisRefusedError where the answer is no, or the servers would lose what they are given.
 */
export async function connectRedis(
  target: RedisTarget,
  options: RedisConnectionOptions = {},
): Promise<ConnectedRedis> {
  const starting = new RedisConnection(clientOf(target), {
    patienceMs: START_PATIENCE_MS,
    isFinal: ({message}) => [LOCKED_OUT, NO_CLUSTER, CERTIFICATE].some((words) => words.test(message)),
  })
  try {
    const {problems, warnings} = await starting.attempt((client) => checkServers(client, target))
    if (problems.length > 0) throw new RedisRefusedError(problems)
    return {connection: new RedisConnection(starting.client, options), warnings}
  } catch (error) {
    starting.close()
    throw explained(error, target)
  }
}

/** Nothing is sent again by the client itself: a commit that may have been carried out is not repeated unseen. */
function clientOf({urls, isCluster, password, tls}: RedisTarget): RedisClient {
  const servers = urls.map((url) => new URL(url))
  const [first] = servers as [URL, ...URL[]]
  const shared: RedisOptions = {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
    ...(first.username === '' ? {} : {username: decodeURIComponent(first.username)}),
    ...(password === undefined ? {} : {password}),
    ...(tls === undefined && first.protocol !== 'rediss:' ? {} : {tls: tls ?? {}}),
  }
  const addresses = servers.map(({hostname, port}) => ({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || DEFAULT_PORT),
  }))
  if (isCluster)
    return new Cluster(addresses, {
      enableOfflineQueue: false,
      redisOptions: shared,
      clusterRetryStrategy: (times) => Math.min(50 * times, 1_000),
    })
  return new Redis({...shared, ...addresses[0], db: Number(first.pathname.slice(1) || 0)})
}

function explained(error: unknown, {urls}: RedisTarget): unknown {
  if (!(error instanceof Error)) return error
  const cause = error instanceof RedisUnavailableError ? (error.cause as Error) : error
  const where = urls.join(', ')
  if (LOCKED_OUT.test(cause.message))
    return new RedisRefusedError([
      `${where} does not let us in (${cause.message}); set TRIPLINE_REDIS_PASSWORD, or TRIPLINE_REDIS_PASSWORD_FILE, ` +
        'and the user in redis.url, who needs all commands on the keys of the namespace and INFO',
    ])
  if (NO_CLUSTER.test(cause.message))
    return new RedisRefusedError([`${where} is no Redis Cluster; set redis.cluster: false`])
  if (CERTIFICATE.test(cause.message))
    return new RedisRefusedError([
      `${where} is not trusted (${cause.message}); check redis.tls: ca names the authority that signed its certificate`,
    ])
  if (!(error instanceof RedisUnavailableError)) return error
  return new RedisUnavailableError(
    `${where} could not be reached (${cause.message}); start Redis there, or set redis.url`,
    cause,
  )
}
