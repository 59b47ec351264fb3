import {Cluster} from 'ioredis'
import type {RedisClient} from './redis-client.js'
import type {RedisTarget} from './redis-target.js'

/** What is to be said about servers, each with its remedy. */
export interface ServerFindings {
  /** Would lose or mix up what they are given. */
  readonly problems: readonly string[]
  /** Promise less than they could. */
  readonly warnings: readonly string[]
}

type Info = ReadonlyMap<string, string>

/** Asks every server that takes writes what it is. */
export async function checkServers(client: RedisClient, target: RedisTarget): Promise<ServerFindings> {
  if (client instanceof Cluster) await client.cluster('SLOTS')
  const servers = client instanceof Cluster ? client.nodes('master') : [client]
  const findings = await Promise.all(
    servers.map(async (server) => {
      const place = `${server.options.host}:${server.options.port}`
      return findingsOf(place, parseInfo(await server.info()), target)
    }),
  )
  return {
    problems: findings.flatMap(({problems}) => problems),
    warnings: findings.flatMap(({warnings}) => warnings),
  }
}

/** What `INFO` of one server says about it. */
export function findingsOf(place: string, info: Info, {isCluster, durability}: RedisTarget): ServerFindings {
  const version = info.get('redis_version') ?? '0'
  const policy = info.get('maxmemory_policy') ?? 'noeviction'
  const hasLog = info.get('aof_enabled') === '1'
  const problems: string[] = []
  const warnings: string[] = []
  if (!isAtLeast(version, 7, 0))
    problems.push(`${place} is Redis ${version}; use Redis 7 or later, or Valkey`)
  if (policy !== 'noeviction')
    problems.push(
      `${place} drops keys when its memory is full (maxmemory-policy ${policy}); ` +
        'set maxmemory-policy noeviction: nothing is lost then, the stream waits',
    )
  if (info.get('redis_mode') === 'cluster' && !isCluster)
    problems.push(`${place} is part of a Redis Cluster; set redis.cluster: true`)
  if (info.get('role') === 'slave') problems.push(`${place} is a replica; name its master in redis.url`)
  if (durability === 'disk' && (!hasLog || !isAtLeast(version, 7, 2)))
    problems.push(
      `${place} cannot say when a commit is on disk (redis.wait: disk); ` +
        'it takes Redis 7.2 with appendonly yes; or set redis.wait: none and appendfsync always',
    )
  if (!hasLog)
    warnings.push(
      `${place} keeps no log on disk (appendonly no): when it stops, its state has to be rebuilt; set appendonly yes`,
    )
  const replicas = Number(info.get('connected_slaves') ?? 0)
  if (typeof durability === 'object' && replicas < durability.replicas)
    warnings.push(
      `${place} has ${replicas} replicas: commits wait until there are ${durability.replicas} (redis.wait)`,
    )
  return {problems, warnings}
}

/** The lines `name:value` of what INFO says. */
export function parseInfo(text: string): Info {
  const lines = text.split('\r\n').filter((line) => line.includes(':'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split('.').map(Number)
  return foundMajor > major || (foundMajor === major && foundMinor >= minor)
}
