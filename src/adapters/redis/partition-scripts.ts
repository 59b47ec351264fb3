import {Script} from './script.js'

/*
 * KEYS[1] is where a partition stands: `instance` (drawn when the partition was first seen: a flushed or another Redis
 * has none, or another), `epoch`, `owner` (drawn by each owner: after the restore of an older state, an epoch may be
 * given out twice), `number` of the owner's last commit, `offset`, `checkpoint`, `settled` (visits), `building` (while
 * the state is built from the log), `superseded` (the generation that took over).
 */

/**
 * Takes a partition. ARGV: the instance it must have, or an empty text; an instance for a partition that has none; the
 * owner; how a partition that has none, or was set back, is to be built, if it is. Gives `open` with epoch, instance and how it is being built;
 * `lost` with the instance found; `superseded` with the generation that took over.
 */
export const OPEN = new Script(`
local instance = redis.call('HGET', KEYS[1], 'instance')
if ARGV[1] ~= '' and instance ~= ARGV[1] then return {'lost', instance or ''} end
local superseded = redis.call('HGET', KEYS[1], 'superseded')
if superseded then return {'superseded', superseded} end
if ARGV[4] == 'set back' or (not instance and ARGV[4] ~= '') then
  redis.call('HSETNX', KEYS[1], 'building', ARGV[4])
end
local epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1)
redis.call('HSET', KEYS[1], 'instance', instance or ARGV[2], 'owner', ARGV[3], 'number', 0)
return {'open', epoch, instance or ARGV[2], redis.call('HGET', KEYS[1], 'building') or ''}
`)

/**
 * Writes a batch. ARGV: instance, epoch, owner, number of the commit, offset at which it begins, how many histories must
 * have the length last seen (their keys' places and lengths follow), then the writes.
 *
 * Gives `done`, also if it was done before and only its answer was lost: the same number tells. Otherwise nothing was
 * written: `lost` (another instance, or none), `stale` with the epoch in force, `offset` with the offset at which the
 * partition stands, `changed` where a history has another length, `foreign` with a key that somebody else uses.
 */
export const COMMIT = new Script(`
local stands = redis.call('HMGET', KEYS[1], 'instance', 'epoch', 'owner', 'number', 'offset')
if stands[1] ~= ARGV[1] then return {'lost', stands[1] or ''} end
if stands[2] ~= ARGV[2] or stands[3] ~= ARGV[3] then return {'stale', stands[2]} end
if stands[4] == ARGV[4] then
  redis.call('HSET', KEYS[1], 'number', ARGV[4])
  return {'done'}
end
local offset = stands[5] or '0'
if offset ~= ARGV[5] or tonumber(stands[4]) ~= tonumber(ARGV[4]) - 1 then return {'offset', offset} end
local first = 7 + 2 * tonumber(ARGV[6])
for i = 7, first - 1, 2 do
  if redis.call('STRLEN', KEYS[tonumber(ARGV[i])]) ~= tonumber(ARGV[i + 1]) then return {'changed'} end
end
local misplaced = misplaced_from(first)
if misplaced then return {'foreign', misplaced} end
write_from(first)
redis.call('HSET', KEYS[1], 'number', ARGV[4])
return {'done'}
`)

/** Adds to what is there. KEYS: histories; ARGV: what to add to each. A key that is not there stays so. */
export const APPEND_TO_EXISTING = new Script(`
for i, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then redis.call('APPEND', key, ARGV[i]) end
end
`)
