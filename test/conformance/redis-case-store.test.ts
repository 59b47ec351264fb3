import {Redis} from 'ioredis'
import {RedisCaseStore} from '../../src/adapters/redis/case-store.js'
import {RedisConnection} from '../../src/adapters/redis/redis-connection.js'
import {describeOnRedis, freshNamespace} from '../service/redis/test-redis.js'
import {DEADLINES, describeCases} from './cases.js'

describeOnRedis('cases on Redis', (url) => {
  describeCases('redis', async () => {
    const connection = new RedisConnection(new Redis(url))
    const store = new RedisCaseStore(connection, {namespace: freshNamespace()}, DEADLINES)
    return {store, dispose: async () => connection.close()}
  })
})
