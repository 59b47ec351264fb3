import type {InForce} from '../../core/bundle/in-force.js'
import type {EventTime} from '../../core/event/time.js'
import type {Checkpoint, OpenedPartition, PersistedEvent} from '../../engine/port/state-store.js'
import {decodeOutbox, decodeVisits} from '../../engine/port/stored-text.js'
import {timeOf} from './commit-writes.js'
import {EventShapes} from './event-shapes.js'
import {readHistory} from './history-records.js'
import {idOf, type PartitionKeys} from './keyspace.js'
import type {RedisClient} from './redis-client.js'

/** Members, or fields, that one request asks for. */
const PAGE = 5_000

/** Everything of a partition that its owner wants at once; its keys' histories and judgements are loaded when needed. */
export async function readPartition(
  client: RedisClient,
  keys: PartitionKeys,
): Promise<{readonly opened: Omit<OpenedPartition, 'epoch'>; readonly shapes: EventShapes}> {
  const [standing, shapesText, expiries, deadlines, profiles, visits, outbox, activations] =
    await Promise.all([
      client.hgetall(keys.standing),
      client.hgetall(keys.shapes),
      readListing(client, keys.expiries),
      readListing(client, keys.deadlines),
      readFields(client, keys.profiles),
      readMembers(client, keys.visits),
      client.hgetall(keys.outbox),
      readActivations(client, keys),
    ])
  const shapes = new EventShapes(shapesText)
  const settled = timeOf(standing['settled'] ?? '-inf')
  const checkpoint = standing['checkpoint']
  return {
    shapes,
    opened: {
      checkpoint: checkpoint === undefined ? undefined : (JSON.parse(checkpoint) as Checkpoint),
      inForce: activations.at(-1),
      expiries,
      deadlines,
      profiles: profiles.flatMap((text) => readHistory(text, shapes).events) as PersistedEvent[],
      visits: visits
        .flatMap(([text]) => decodeVisits(text.slice(text.indexOf(' '))))
        .filter(({time}) => time > settled),
      outbox: inOrder(outbox).map(decodeOutbox),
    },
  }
}

/** How each bundle came into force that was activated, in the order of the log. */
export async function readActivations(
  client: RedisClient,
  {activations}: PartitionKeys,
): Promise<readonly InForce[]> {
  return inOrder(await client.hgetall(activations)).map((text) => JSON.parse(text) as InForce)
}

function inOrder(byNumber: {readonly [number: string]: string}): readonly string[] {
  return Object.entries(byNumber)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, text]) => text)
}

async function readListing(
  client: RedisClient,
  key: string,
): Promise<readonly (readonly [key: string, time: EventTime])[]> {
  return (await readMembers(client, key)).map(([member, score]) => [idOf(member), timeOf(score)])
}

/** All members of a sorted set with their scores. Nobody else changes it: the partition is taken. */
async function readMembers(client: RedisClient, key: string): Promise<readonly [string, string][]> {
  const members: [string, string][] = []
  for (let from = 0; ; from += PAGE) {
    const page = await client.zrange(key, from, from + PAGE - 1, 'WITHSCORES')
    for (let i = 0; i < page.length; i += 2) members.push([page[i] as string, page[i + 1] as string])
    if (page.length < 2 * PAGE) return members
  }
}

/** All values of a hash, each once. */
async function readFields(client: RedisClient, key: string): Promise<readonly string[]> {
  const values = new Map<string, string>()
  let cursor = '0'
  do {
    const [next, page] = await client.hscan(key, cursor, 'COUNT', PAGE)
    for (let i = 0; i < page.length; i += 2) values.set(page[i] as string, page[i + 1] as string)
    cursor = next
  } while (cursor !== '0')
  return [...values.values()]
}
