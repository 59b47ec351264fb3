import type {Durability} from '../../adapters/redis/durability.js'
import type {RedisTarget} from '../../adapters/redis/redis-target.js'
import type {Config} from './config.js'
import {secretOf} from './secret.js'
import {readTlsFiles} from './tls-settings.js'

/** Where Redis is, with what is secret. Throws ConfigError. */
export function redisTarget({redis}: Config, env: NodeJS.ProcessEnv): RedisTarget {
  const tls = readTlsFiles('redis.tls', redis.tls)
  return {
    urls: redis.url.split(','),
    isCluster: redis.cluster,
    password: secretOf('TRIPLINE_REDIS_PASSWORD', env),
    durability: durabilityOf(redis.wait),
    tls,
  }
}

function durabilityOf(wait: string): Durability {
  if (wait === 'none') return 'memory'
  return wait === 'disk' ? 'disk' : {replicas: Number(wait.split(' ', 1)[0])}
}
