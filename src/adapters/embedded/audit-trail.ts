import type {AuditedChange, AuditRecord} from '../../core/case/audit-record.js'
import {formatTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Page} from '../../engine/port/read-model.js'
import {decodeCursor} from './cursor.js'
import type {EmbeddedDatabase, Writes} from './database.js'
import {Exclusive} from './exclusive.js'
import {AUDIT, descendingPart, numberOf, under} from './keyspace.js'
import {readPage} from './page.js'

const AUDIT_PLACE = /^[0-9a-f]{14}$/

/** What people changed, in the order in which they did. No record is ever taken out of it; of users who are forgotten, their details are. */
export class AuditTrail {
  private readonly appends = new Exclusive()

  private constructor(
    private readonly database: EmbeddedDatabase,
    private readonly clock: Clock,
    private last: number,
  ) {}

  static async open(database: EmbeddedDatabase, clock: Clock): Promise<AuditTrail> {
    const [newest] = await database.level.keys({...under(AUDIT), limit: 1}).all()
    return new AuditTrail(database, clock, newest === undefined ? 0 : -numberOf(newest.slice(AUDIT.length)))
  }

  /** Writes changes and their records together: all are on disk when it resolves, or nothing is. */
  write(changes: AuditedChange | readonly AuditedChange[], writes: Writes = []): Promise<void> {
    return this.appends.run(async () => {
      const at = formatTime(this.clock.now())
      const records = [changes]
        .flat()
        .map((change, i): AuditRecord => ({sequence: this.last + 1 + i, at, ...change}))
      const puts = records.map((record) => {
        return {
          type: 'put' as const,
          key: AUDIT + descendingPart(record.sequence),
          value: JSON.stringify(record),
        }
      })
      await this.database.level.batch([...writes, ...puts], {sync: true})
      this.last += records.length
    })
  }

  /** The newest first. Rejects with InvalidCursorError for a cursor it did not give. */
  async records(limit: number, cursor: string | undefined): Promise<Page<AuditRecord>> {
    const after = cursor === undefined ? undefined : decodeCursor('audit', cursor, AUDIT_PLACE)
    return readPage('audit', this.rows(after), () => true, limit)
  }

  private async *rows(after: string | undefined): AsyncGenerator<readonly [string, AuditRecord]> {
    const range = after === undefined ? under(AUDIT) : {gt: AUDIT + after, lt: under(AUDIT).lt}
    for await (const [key, text] of this.database.level.iterator(range))
      yield [key.slice(AUDIT.length), JSON.parse(text) as AuditRecord]
  }
}
