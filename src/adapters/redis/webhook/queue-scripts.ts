import {Script} from '../script.js'

/*
 * KEYS as `queueOf` gives them: deliveries, waiting, taken, claims, places, lane; then the subscription.
 */

/**
 * Adds deliveries that are not known, of subscriptions that are there. KEYS: for each subscription its queue and itself.
 * ARGV: for each delivery the place of its queue's first key, id, when it is due (empty: not at all), place, text.
 */
export const ENQUEUE = new Script(`
for i = 1, #ARGV, 5 do
  local k = tonumber(ARGV[i])
  if redis.call('EXISTS', KEYS[k + 6]) == 1 and redis.call('HSETNX', KEYS[k], ARGV[i + 1], ARGV[i + 4]) == 1 then
    if ARGV[i + 2] ~= '' then redis.call('ZADD', KEYS[k + 1], ARGV[i + 2], ARGV[i + 1]) end
    redis.call('ZADD', KEYS[k + 4], 0, ARGV[i + 3])
  end
end
`)

/**
 * Takes what is due. KEYS: the queue, the subscription, the counter of claims. ARGV: who asks, now, how many, until when they are
 * taken. Gives when something is next due (empty: never), then claim and text of each delivery.
 *
 * One sends to a receiver at a time: while another one has taken something lately, nothing is given, and the time is told
 * at which that one will be taken for dead.
 */
export const CLAIM = new Script(`
local now = tonumber(ARGV[2])
local lane = redis.call('HMGET', KEYS[6], 'sender', 'until')
if lane[1] and lane[1] ~= ARGV[1] and tonumber(lane[2]) > now then
  return {redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3]) > 0 and lane[2] or ''}
end
for _, id in ipairs(redis.call('ZRANGE', KEYS[3], '-inf', now, 'BYSCORE')) do
  local claim = redis.call('HGET', KEYS[4], id)
  redis.call('ZADD', KEYS[2], string.match(claim, ' (.+)$'), id)
  redis.call('HDEL', KEYS[4], id)
  redis.call('ZREM', KEYS[3], id)
end
local found = {''}
local limit = tonumber(ARGV[3])
if limit > 0 then
  for _, id in ipairs(redis.call('ZRANGE', KEYS[2], '-inf', now, 'BYSCORE', 'LIMIT', 0, limit)) do
    local claim = redis.call('INCR', KEYS[8])
    redis.call('HSET', KEYS[4], id, claim .. ' ' .. redis.call('ZSCORE', KEYS[2], id))
    redis.call('ZREM', KEYS[2], id)
    redis.call('ZADD', KEYS[3], ARGV[4], id)
    table.insert(found, tostring(claim))
    table.insert(found, redis.call('HGET', KEYS[1], id))
  end
end
if #found > 1 or lane[1] == ARGV[1] then redis.call('HSET', KEYS[6], 'sender', ARGV[1], 'until', ARGV[4]) end
local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
if first[2] then found[1] = first[2] end
return found
`)

/**
 * Writes what became of a delivery, unless its subscription is gone, or somebody else has taken it meanwhile, or has
 * written what became of it. KEYS: the queue and the subscription; for a person's change the mark that it is done, and the
 * trail. ARGV: id, number of the claim (empty: nobody's), when it is due (empty: not at all), place, text; the audit record.
 */
export const SAVE = new Script(`
if redis.call('EXISTS', KEYS[7]) == 0 then return end
if KEYS[8] then
  if redis.call('EXISTS', KEYS[8]) == 1 then return end
  redis.call('SET', KEYS[8], 1, 'PX', 900000)
  redis.call('RPUSH', KEYS[9], ARGV[6])
end
if ARGV[2] ~= '' then
  local claim = redis.call('HGET', KEYS[4], ARGV[1])
  if not claim or string.match(claim, '^%d+') ~= ARGV[2] then return end
end
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if ARGV[3] == '' then redis.call('ZREM', KEYS[2], ARGV[1]) else redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[5])
redis.call('ZADD', KEYS[5], 0, ARGV[4])
`)

/** Whoever sent has ended: others need not wait. KEYS: the queue. ARGV: who. */
export const RELEASE = new Script(`
if redis.call('HGET', KEYS[6], 'sender') == ARGV[1] then redis.call('DEL', KEYS[6]) end
`)
