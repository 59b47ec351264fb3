import {hash} from 'node:crypto'
import type {Clock} from '../../engine/port/clock.js'
import type {EmbeddedDatabase} from './database.js'
import {IDEMPOTENCY, numberPart} from './keyspace.js'

const DAY_MS = 24 * 3_600_000
/** Claims that are under way, or were lately: most retries come soon. */
const RECENT = 10_000

/**
 * What was sent under which idempotency key, for one to two days: keys stand under the day on which they came. Not
 * waited for until it is on disk: an id that comes again is a duplicate all the same, whatever its key.
 */
export class EmbeddedIdempotencyKeys {
  private readonly recent = new Map<string, Promise<string>>()

  constructor(
    private readonly database: EmbeddedDatabase,
    private readonly clock: Clock,
  ) {}

  /** Whether nothing else was sent under the owner's key. `digest` stands for what is sent now. */
  async claim(owner: string, key: string, digest: string): Promise<boolean> {
    const place = hash('sha256', JSON.stringify([owner, key]), 'hex')
    let sent = this.recent.get(place)
    if (sent === undefined) {
      sent = this.firstSent(place, digest)
      this.recent.set(place, sent)
      sent.catch(() => this.recent.delete(place))
      this.forgetOldest()
    }
    return (await sent) === digest
  }

  /** Drops the days before yesterday. */
  async expire(): Promise<void> {
    await this.database.level.clear({gte: IDEMPOTENCY, lt: IDEMPOTENCY + numberPart(this.today - 1)})
  }

  private async firstSent(place: string, digest: string): Promise<string> {
    const {level} = this.database
    const [today, yesterday] = [this.today, this.today - 1].map(
      (day) => `${IDEMPOTENCY}${numberPart(day)}${place}`,
    )
    const known = (await level.getMany([today as string, yesterday as string])).find(
      (text) => text !== undefined,
    )
    if (known !== undefined) return known
    await level.put(today as string, digest)
    return digest
  }

  private forgetOldest(): void {
    if (this.recent.size <= RECENT) return
    const [oldest] = this.recent.keys()
    this.recent.delete(oldest as string)
  }

  private get today(): number {
    return Math.floor(this.clock.now() / DAY_MS)
  }
}
