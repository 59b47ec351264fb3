import {type Keyspace, type ModelKeys, modelKeys} from '../keyspace.js'
import {Lease} from '../lease.js'
import type {RedisConnection} from '../redis-connection.js'
import {Script} from '../script.js'

/** KEYS: lease, versions, aliases. ARGV: the lease's holder, aliases, then number and text of each version. */
const PUT = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
redis.call('SET', KEYS[3], ARGV[2])
return 1
`)

/** The versions of the model, and which of them decides, as texts, for all workers. Who writes has the lease. */
export class RedisModelStore {
  private readonly keys: ModelKeys

  constructor(
    private readonly connection: RedisConnection,
    keyspace: Keyspace,
  ) {
    this.keys = modelKeys(keyspace)
  }

  /** Undefined while another changes something. */
  take(): Promise<Lease | undefined> {
    return Lease.take(this.connection, this.keys.lease)
  }

  /** Undefined before there are any. */
  async aliases(): Promise<string | undefined> {
    return (await this.connection.attempt((client) => client.get(this.keys.aliases))) ?? undefined
  }

  async versions(): Promise<readonly number[]> {
    const numbers = await this.connection.attempt((client) => client.hkeys(this.keys.versions))
    return numbers.map(Number).sort((a, b) => a - b)
  }

  async version(number: number): Promise<string | undefined> {
    const text = await this.connection.attempt((client) => client.hget(this.keys.versions, String(number)))
    return text ?? undefined
  }

  /** Adds versions and says what the aliases are, all at once. Rejects where the lease was lost. */
  async put(lease: Lease, versions: ReadonlyMap<number, string>, aliases: string): Promise<void> {
    const {lease: key, versions: all, aliases: named} = this.keys
    const args = [lease.holder, aliases, ...[...versions].flat()]
    const [reply] = await this.connection.attempt((client) => PUT.run(client, [key, all, named], args))
    if (reply !== 1)
      throw new Error('the versions of the model were changed by another worker meanwhile; try again')
  }
}
