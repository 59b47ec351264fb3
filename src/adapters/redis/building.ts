import {idOf, idText, type Keyspace, type PartitionKeys, partitionKeys} from './keyspace.js'
import type {RedisClient} from './redis-client.js'
import type {RedisConnection} from './redis-connection.js'
import {Script} from './script.js'

/** Fields that one request brings, or takes. */
const PAGE = 1_000

/**
 * Ends the building. KEYS: standing, built, lifts. ARGV: names and lifts. What was built is dropped beside the stream of
 * commits (UNLINK).
 */
const FINISH = new Script(`
if redis.call('HDEL', KEYS[1], 'building') == 0 then return 0 end
redis.call('UNLINK', KEYS[2])
for i = 1, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
return 1
`)

/** Refuses the owner of a former generation from now on. KEYS: its standing. ARGV: the generation that takes over. */
const SUPERSEDE = new Script(`
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'epoch', 1)
  redis.call('HSET', KEYS[1], 'superseded', ARGV[1], 'owner', '')
end
`)

/** From nothing; from nothing while a former generation goes on; or again from an older state. */
export type BuildingKind = 'rebuild' | 'beside' | 'set back'

/** What a partition says while its state is built from the log: kept, by name, until it is known what of it is new. */
export class Building {
  private readonly keys: PartitionKeys

  constructor(
    private readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
    private readonly partition: number,
    readonly kind: BuildingKind,
    private readonly onFinished: (lifts: ReadonlyMap<string, number>) => void,
  ) {
    this.keys = partitionKeys(keyspace, partition)
  }

  /** Keeps what was said; of a name, the last. */
  async keep(said: ReadonlyMap<string, string>): Promise<void> {
    if (said.size === 0) return
    const fields = [...said].flatMap(([name, text]) => [idText(name), text])
    for (let i = 0; i < fields.length; i += 2 * PAGE)
      await this.connection.attempt((client) =>
        client.hset(this.keys.built, ...fields.slice(i, i + 2 * PAGE)),
      )
  }

  /** All that was kept, some at a time; one may come twice. */
  async *kept(): AsyncGenerator<readonly (readonly [name: string, text: string])[]> {
    let cursor = '0'
    do {
      const [next, page] = await this.connection.attempt((client) =>
        client.hscan(this.keys.built, cursor, 'COUNT', PAGE),
      )
      const found: (readonly [string, string])[] = []
      for (let i = 0; i < page.length; i += 2) found.push([idOf(page[i] as string), page[i + 1] as string])
      yield found
      cursor = next
    } while (cursor !== '0')
  }

  /** Fences the owners of former generations, which say no more from then on. */
  async supersedeFormer(): Promise<void> {
    const {generation = 1} = this.keyspace
    for (let former = generation - 1; former >= 1; former--) {
      const {standing} = partitionKeys({...this.keyspace, generation: former}, this.partition)
      await this.connection.attempt((client) => SUPERSEDE.run(client, [standing], [generation]))
    }
  }

  /** It is built: from now on it publishes, with revisions that are so much higher. */
  async finish(lifts: ReadonlyMap<string, number>): Promise<void> {
    const {standing, built, lifts: stored} = this.keys
    const fields = [...lifts].flatMap(([name, lift]) => [idText(name), lift])
    await this.connection.attempt((client) => FINISH.run(client, [standing, built, stored], fields))
    this.onFinished(lifts)
  }
}

export async function readLifts(
  client: RedisClient,
  {lifts}: PartitionKeys,
): Promise<ReadonlyMap<string, number>> {
  const stored = await client.hgetall(lifts)
  return new Map(Object.entries(stored).map(([name, lift]) => [idOf(name), Number(lift)]))
}

/** Whether there is a state of the partition under a former generation. */
export async function hasFormer(
  client: RedisClient,
  {namespace, generation = 1}: Keyspace,
  partition: number,
): Promise<boolean> {
  for (let former = generation - 1; former >= 1; former--)
    if ((await client.exists(partitionKeys({namespace, generation: former}, partition).standing)) === 1)
      return true
  return false
}
