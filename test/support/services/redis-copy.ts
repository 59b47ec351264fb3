import {Redis} from 'ioredis'
import {TEST_REDIS} from './test-kafka.js'

/** All keys of a pattern, and what they hold, at one moment. */
const COPY = `
local copy = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  copy[#copy + 1] = key
  copy[#copy + 1] = redis.call('DUMP', key)
end
return copy`

/** Puts them back, and drops whatever else is there under the pattern. */
const RESTORE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end
for i = 2, #ARGV, 2 do redis.call('RESTORE', ARGV[i], 0, ARGV[i + 1]) end`

/** Copies all that a namespace holds in the Redis of the tests. Gives a function that sets it back to that. */
export async function redisCopy(namespace: string): Promise<() => Promise<void>> {
  const pattern = `*${namespace}*`
  const copy = await withRedis((redis) => redis.callBuffer('EVAL', COPY, '0', pattern))
  return async () => {
    await withRedis((redis) => redis.call('EVAL', RESTORE, '0', pattern, ...(copy as Buffer[])))
  }
}

async function withRedis<T>(task: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(TEST_REDIS ?? '')
  try {
    return await task(redis)
  } finally {
    redis.disconnect()
  }
}
