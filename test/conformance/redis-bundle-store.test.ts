import {Redis} from 'ioredis'
import {RedisBundleStore} from '../../src/adapters/redis/bundle-store.js'
import {RedisConnection} from '../../src/adapters/redis/redis-connection.js'
import {describeOnRedis, freshNamespace} from '../service/redis/test-redis.js'
import {describeBundleStore} from './bundle-store.js'

describeOnRedis('bundle store on Redis', (url) => {
  describeBundleStore('redis', async () => {
    const connection = new RedisConnection(new Redis(url))
    const store = new RedisBundleStore(connection, {namespace: freshNamespace()})
    return {store, dispose: async () => connection.close()}
  })
})
