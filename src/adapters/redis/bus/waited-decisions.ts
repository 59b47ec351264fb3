import {type Keyspace, waitedKey} from '../keyspace.js'
import type {RedisConnection} from '../redis-connection.js'
import {Script} from '../script.js'

/** A transaction that somebody waits for. */
export interface WaitedTransaction {
  readonly user: string
  readonly transaction: string
}

/** No longer than this does somebody wait for a decision that was begun. */
const BEGUN_MS = 60_000
/** A fallback is remembered until the transaction is decided on; a worker that is further behind than this decides as if there were none. */
const FALLBACK_MS = 3_600_000

/**
 * The worker begins to decide, unless a fallback was given. KEYS: of transactions. ARGV: how long it is remembered. Gives
 * 1 for each with a fallback.
 */
const BEGIN = new Script(`
local answered = {}
for i, key in ipairs(KEYS) do
  local found = redis.call('SET', key, 'begun', 'NX', 'GET', 'PX', ARGV[1])
  answered[i] = found == 'fallback' and 1 or 0
end
return answered
`)

/**
 * Settles, between the worker that decides on a transaction and the process that has to answer at a deadline, who of the two was
 * first: whoever is second knows of the other.
 */
export class WaitedDecisions {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {}

  /** They are being decided on. Gives those for which a fallback was given before. */
  async begin(
    partition: number,
    transactions: readonly WaitedTransaction[],
  ): Promise<readonly WaitedTransaction[]> {
    const keys = transactions.map(({user, transaction}) => this.keyOf(partition, user, transaction))
    const [reply] = await this.connection.attempt((client) => BEGIN.run(client, keys, [BEGUN_MS]))
    return transactions.filter((_, i) => (reply as readonly number[])[i] === 1)
  }

  /** Whether a fallback may be given: nobody has begun to decide. Tried once: whoever waits cannot wait longer. */
  async giveFallback(partition: number, {user, transaction}: WaitedTransaction): Promise<boolean> {
    const key = this.keyOf(partition, user, transaction)
    const found = await this.connection.client.set(key, 'fallback', 'PX', FALLBACK_MS, 'NX', 'GET')
    return found !== 'begun'
  }

  private keyOf(partition: number, user: string, transaction: string): string {
    return waitedKey(this.keyspace, partition, user, transaction)
  }
}
