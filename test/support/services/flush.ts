import {Redis} from 'ioredis'
import {TEST_REDIS} from './test-kafka.js'

const DELETE = `for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end`

/** Deletes all keys of a namespace at once, as a flush does: other suites use the same Redis. */
export async function flush(namespace: string): Promise<void> {
  const redis = new Redis(TEST_REDIS ?? '')
  await redis.eval(DELETE, 0, `*${namespace}*`)
  redis.disconnect()
}
