import type {WallTime} from '../../../core/event/time.js'
import type {WebhookDelivery} from '../../../engine/port/webhook-store.js'
import {idText, type QueueKeys} from '../keyspace.js'
import {descendingTime} from '../place.js'
import type {RedisConnection} from '../redis-connection.js'
import {Script} from '../script.js'
import {deliveryPlace, deliveryRows} from './delivery-rows.js'

/**
 * Drops deliveries, unless somebody has asked for one of them to be sent again. KEYS: deliveries, waiting, taken, places. ARGV: id
 * and place of each. Gives how many.
 */
const DROP = new Script(`
local dropped = 0
for i = 1, #ARGV, 2 do
  if not redis.call('ZSCORE', KEYS[2], ARGV[i]) and not redis.call('ZSCORE', KEYS[3], ARGV[i]) then
    dropped = dropped + redis.call('HDEL', KEYS[1], ARGV[i])
    redis.call('ZREM', KEYS[4], ARGV[i + 1])
  end
end
return dropped
`)

/** Drops what is finished and was queued before a time, and of the rest what is older than the newest `most`. */
export async function expireDeliveries(
  connection: RedisConnection,
  keys: QueueKeys,
  before: WallTime,
  most: number,
): Promise<number> {
  const {deliveries, waiting, taken, places} = keys
  const drop = async (found: readonly WebhookDelivery[]): Promise<number> => {
    const finished = found.filter(({status}) => status !== 'pending')
    if (finished.length === 0) return 0
    const args = finished.flatMap((delivery) => [idText(delivery.id), deliveryPlace(delivery)])
    const [dropped] = await connection.attempt((client) =>
      DROP.run(client, [deliveries, waiting, taken, places], args),
    )
    return dropped as number
  }
  let dropped = 0
  for await (const rows of deliveryRows(connection, keys, `[${descendingTime(before - 1)}`))
    dropped += await drop(rows.map(([, delivery]) => delivery))
  const [place] = await connection.attempt((client) => client.zrange(places, most, most))
  if (place === undefined) return dropped
  for await (const rows of deliveryRows(connection, keys, `[${place}`))
    dropped += await drop(rows.map(([, delivery]) => delivery))
  return dropped
}
