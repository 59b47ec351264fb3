import {randomUUID} from 'node:crypto'
import type {RedisConnection} from './redis-connection.js'
import {Script} from './script.js'

/** Whoever dies has it for so long. */
const LEASE_MS = 20_000

/** KEYS: the lease. ARGV: its holder, for how long. */
const RENEW = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`)

const RELEASE = new Script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`)

/** That one process at a time does something. It is renewed until it is released. */
export class Lease {
  private readonly renewing: NodeJS.Timeout

  private constructor(
    private readonly connection: RedisConnection,
    readonly key: string,
    /** Drawn at random: what is written under the lease is checked by it. */
    readonly holder: string,
  ) {
    this.renewing = setInterval(() => {
      connection.attempt((client) => RENEW.run(client, [key], [holder, LEASE_MS])).catch(() => undefined)
    }, LEASE_MS / 4)
    this.renewing.unref()
  }

  /** Undefined where somebody else has it. */
  static async take(connection: RedisConnection, key: string): Promise<Lease | undefined> {
    const holder = randomUUID()
    const taken = await connection.attempt((client) => client.set(key, holder, 'PX', LEASE_MS, 'NX'))
    return taken === 'OK' ? new Lease(connection, key, holder) : undefined
  }

  async release(): Promise<void> {
    clearInterval(this.renewing)
    await this.connection.attempt((client) => RELEASE.run(client, [this.key], [this.holder]))
  }
}
