import type {RedisConnection} from './redis-connection.js'
import {Script} from './script.js'
import type {WriteList} from './write-list.js'

/*
 * A value begins with a stamp that is another one after each writing: it is changed only if it is as it was read.
 */

const STAMP_LENGTH = 8

/** Of a value where there was none. */
export const FIRST_STAMP = '1'.padStart(STAMP_LENGTH, '0')

/** ARGV: how many values are guarded, the place of each one's key and the stamp that it must have, then the writes. */
const WRITE_IF_UNCHANGED = new Script(`
local first = 2 + 2 * tonumber(ARGV[1])
for i = 2, first - 1, 2 do
  local stamp = redis.call('GETRANGE', KEYS[tonumber(ARGV[i])], 0, ${STAMP_LENGTH - 1})
  if stamp ~= ARGV[i + 1] then return 0 end
end
write_from(first)
return 1
`)

/** A value and its stamp, empty if there is none. */
export interface StampedValue {
  readonly stamp: string
  readonly text: string | undefined
}

export async function readValues(
  connection: RedisConnection,
  keys: readonly string[],
): Promise<readonly StampedValue[]> {
  if (keys.length === 0) return []
  const values = await connection.attempt((client) => client.mget([...keys]))
  return values.map((value) => ({
    stamp: value?.slice(0, STAMP_LENGTH) ?? '',
    text: value?.slice(STAMP_LENGTH),
  }))
}

/** What a value says, as JSON; undefined if there is none. */
export function parsed<T>(value: StampedValue | undefined): T | undefined {
  return value?.text === undefined ? undefined : (JSON.parse(value.text) as T)
}

/** The value to write after the one that was read. */
export function stamped({stamp}: StampedValue, text: string): string {
  if (stamp === '') return FIRST_STAMP + text
  const next = (Number.parseInt(stamp, 16) + 1) % 16 ** STAMP_LENGTH
  return next.toString(16).padStart(STAMP_LENGTH, '0') + text
}

/** Does all writes, or none and gives false: if a value is not as it was read. All keys share a hash tag. */
export async function writeIfUnchanged(
  connection: RedisConnection,
  read: ReadonlyMap<string, StampedValue>,
  writes: WriteList,
): Promise<boolean> {
  if (writes.args.length === 0) return true
  const guards = [...read].flatMap(([key, {stamp}]) => [writes.placeOf(key), stamp])
  const args = [read.size, ...guards, ...writes.args]
  const [reply] = await connection.attempt((client) => WRITE_IF_UNCHANGED.run(client, writes.keys, args))
  return reply === 1
}
