import type {StampedValue} from '../guarded-values.js'
import type {RedisConnection} from '../redis-connection.js'
import {Script} from '../script.js'
import type {WriteList} from '../write-list.js'

/** Longer than an attempt can be under way that is sent again. */
const REMEMBERED_MS = 15 * 60_000

const STAMP_LENGTH = 8

/**
 * KEYS[1] marks the change as done. ARGV: for how long, how many values are guarded, the place of each one's key and the
 * stamp that it must have, then the writes. Gives 1 also if it was done before and only the answer was lost.
 */
const WRITE_ONCE = new Script(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
local first = 3 + 2 * tonumber(ARGV[2])
for i = 3, first - 1, 2 do
  local stamp = redis.call('GETRANGE', KEYS[tonumber(ARGV[i])], 0, ${STAMP_LENGTH - 1})
  if stamp ~= ARGV[i + 1] then return 0 end
end
redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
write_from(first)
return 1
`)

/**
 * Does all writes of a person's change exactly once, or none and gives false: if a value is not as it was read. All keys
 * share a hash tag; `writes` was made with one key before its own.
 */
export async function writeOnce(
  connection: RedisConnection,
  done: string,
  read: ReadonlyMap<string, StampedValue>,
  writes: WriteList,
): Promise<boolean> {
  const guards = [...read].flatMap(([key, {stamp}]) => [writes.placeOf(key), stamp])
  const args = [REMEMBERED_MS, read.size, ...guards, ...writes.args]
  const [reply] = await connection.attempt((client) => WRITE_ONCE.run(client, [done, ...writes.keys], args))
  return reply === 1
}
