import {Redis} from 'ioredis'
import {RedisReadModel} from '../../src/adapters/redis/read-model.js'
import {RedisConnection} from '../../src/adapters/redis/redis-connection.js'
import {describeOnRedis, freshNamespace} from '../service/redis/test-redis.js'
import {describeFeatureLog} from './feature-log.js'
import {describeReadModel} from './read-model.js'
import {describeVerdicts} from './verdicts.js'

describeOnRedis('read model on Redis', (url) => {
  const redis = async () => {
    const connection = new RedisConnection(new Redis(url))
    const model = new RedisReadModel(connection, {namespace: freshNamespace()})
    return {model, dispose: async () => connection.close()}
  }

  describeReadModel('redis', redis)
  describeVerdicts('redis', redis)
  describeFeatureLog('redis', redis)
})
