import {hash} from 'node:crypto'
import {idempotencyKey, type Keyspace} from '../keyspace.js'
import type {RedisConnection} from '../redis-connection.js'

const DAY_MS = 24 * 3_600_000

/** What was sent under which idempotency key, for a day, whichever worker took it. */
export class RedisIdempotencyKeys {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {}

  /** Whether nothing else was sent under the owner's key. `digest` stands for what is sent now. */
  async claim(owner: string, key: string, digest: string): Promise<boolean> {
    const place = idempotencyKey(this.keyspace, hash('sha256', JSON.stringify([owner, key]), 'hex'))
    const sent = await this.connection.attempt((client) =>
      client.set(place, digest, 'PX', DAY_MS, 'NX', 'GET'),
    )
    return sent === null || sent === digest
  }
}
