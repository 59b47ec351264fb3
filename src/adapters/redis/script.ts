import {createHash} from 'node:crypto'
import type {RedisClient} from './redis-client.js'

/**
 * A script cannot be rolled back, so that everything is checked first: `misplaced_from` gives the first key that holds
 * something of another type than the writes of a `WriteList` expect, `write_from` does them. `i`: their first argument.
 */
const WRITES = `
local expected = {
  APPEND = 'string', HSET = 'hash', HDEL = 'hash', ZADD = 'zset', ZREM = 'zset', ZREMRANGEBYSCORE = 'zset'
}
local function misplaced_from(i)
  while i <= #ARGV do
    local key = KEYS[tonumber(ARGV[i + 1])]
    local found = expected[ARGV[i]] and redis.call('TYPE', key).ok or 'none'
    if found ~= 'none' and found ~= expected[ARGV[i]] then return key end
    i = i + 3 + tonumber(ARGV[i + 2])
  end
end
local function write_from(i)
  while i <= #ARGV do
    local count = tonumber(ARGV[i + 2])
    redis.call(ARGV[i], KEYS[tonumber(ARGV[i + 1])], unpack(ARGV, i + 3, i + 2 + count))
    i = i + 3 + count
  end
end
`

/** A script that Redis knows by its hash, and is sent again where it does not. */
export class Script {
  private readonly source: string
  private readonly sha: string

  /**
   * With a first line that says so, Redis refuses the whole script before its first write where writes are refused: out
   * of memory, out of disk, too few replicas, read-only.
   */
  constructor(body: string) {
    this.source = `#!lua\n${WRITES}${body}`
    this.sha = createHash('sha1').update(this.source).digest('hex')
  }

  /** Runs it, followed on the same connection by `then`, whose reply comes with its own. */
  async run(
    client: RedisClient,
    keys: readonly string[],
    args: readonly (string | number)[],
    then: readonly (string | number)[] = [],
  ): Promise<readonly [reply: unknown, then: unknown]> {
    const all = [keys.length, ...keys, ...args]
    try {
      return await send(client, ['evalsha', this.sha, ...all], then)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return send(client, ['eval', this.source, ...all], then)
    }
  }
}

async function send(
  client: RedisClient,
  command: readonly (string | number)[],
  then: readonly (string | number)[],
): Promise<readonly [unknown, unknown]> {
  if (then.length === 0) {
    const [name, ...args] = command
    return [await client.call(String(name), args), undefined]
  }
  const commands = [command, then]
  const results = await client.pipeline(commands.map((parts) => [...parts])).exec()
  const [[error, reply] = [undefined, undefined], [thenError, thenReply] = [undefined, undefined]] =
    results ?? []
  if (error != null) throw error
  if (thenError != null) throw thenError
  return [reply, thenReply]
}
