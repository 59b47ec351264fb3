import {Redis} from 'ioredis'
import {RedisConnection} from '../../src/adapters/redis/redis-connection.js'
import {RedisStateStore} from '../../src/adapters/redis/state-store.js'
import {describeOnRedis, freshNamespace} from '../service/redis/test-redis.js'
import {describeStateStore} from './state-store.js'

describeOnRedis('state store on Redis', (url) => {
  describeStateStore('redis', async () => {
    const options = {namespace: freshNamespace()}
    let connection = new RedisConnection(new Redis(url))
    return {
      store: new RedisStateStore(connection, options),
      restart: async () => {
        connection.close()
        connection = new RedisConnection(new Redis(url))
        return new RedisStateStore(connection, options)
      },
      dispose: async () => connection.close(),
    }
  })
})
