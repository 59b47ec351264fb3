import type {RedisConnection} from '../redis-connection.js'
import {Script} from '../script.js'

/** Fields and elements that are looked at, at once. */
const CHUNK = 200

/** Changes fields of a hash that are as they were read. KEYS: the hash. ARGV: field, what it was, what it is to be, of each. */
const CHANGE_FIELDS = new Script(`
for i = 1, #ARGV, 3 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2]) end
end
`)

/** The same for the elements of a list, by their places. */
const CHANGE_ELEMENTS = new Script(`
for i = 1, #ARGV, 3 do
  if redis.call('LINDEX', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('LSET', KEYS[1], ARGV[i], ARGV[i + 2]) end
end
`)

/** What a value is to be; undefined leaves it as it is. */
type Change = (text: string) => string | undefined

/** Changes the fields of a hash. One that somebody else changes meanwhile stays as he left it. */
export async function rewriteHash(connection: RedisConnection, key: string, change: Change): Promise<void> {
  let cursor = '0'
  do {
    const from = cursor
    const [next, found] = await connection.attempt((client) => client.hscan(key, from, 'COUNT', CHUNK))
    const args: string[] = []
    for (let i = 0; i < found.length; i += 2) {
      const [field = '', text = ''] = found.slice(i, i + 2)
      const changed = change(text)
      if (changed !== undefined) args.push(field, text, changed)
    }
    if (args.length > 0) await connection.attempt((client) => CHANGE_FIELDS.run(client, [key], args))
    cursor = next
  } while (cursor !== '0')
}

/** Changes the elements of a list to which others only append. */
export async function rewriteList(connection: RedisConnection, key: string, change: Change): Promise<void> {
  for (let from = 0; ; from += CHUNK) {
    const first = from
    const texts = await connection.attempt((client) => client.lrange(key, first, first + CHUNK - 1))
    const args = texts.flatMap((text, i) => {
      const changed = change(text)
      return changed === undefined ? [] : [first + i, text, changed]
    })
    if (args.length > 0) await connection.attempt((client) => CHANGE_ELEMENTS.run(client, [key], args))
    if (texts.length < CHUNK) return
  }
}
