import {randomUUID} from 'node:crypto'
import type {AuditedChange, AuditRecord} from '../../../core/case/audit-record.js'
import {formatTime} from '../../../core/event/time.js'
import type {AuditTrail} from '../../../engine/port/audit-trail.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {Page} from '../../../engine/port/read-model.js'
import type {StampedValue} from '../guarded-values.js'
import {BUCKETS, bucketKeys, type DeskKeys, deskKeys, doneKey, type Keyspace} from '../keyspace.js'
import {listPage, type Row} from '../list-page.js'
import {decodeCursor, offsetDigits} from '../place.js'
import type {RedisConnection} from '../redis-connection.js'
import {Script} from '../script.js'
import {WriteList} from '../write-list.js'
import {writeOnce} from './audited-write.js'

const AUDIT_PLACE = /^\d{16}$/
/** Records that are read, or taken over, at once. */
const CHUNK = 200
/** A record that waits beside its change is taken over at once, or by whoever starts next. */
const TAKEN_OVER_MS = 7 * 24 * 3_600_000

/** KEYS: the mark of the record, the trail. ARGV: how long the mark stays, the record. */
const APPEND_ONCE = new Script(`
if redis.call('SET', KEYS[1], 1, 'NX', 'PX', ARGV[1]) then redis.call('RPUSH', KEYS[2], ARGV[2]) end
`)

/**
 * The trail is a list: a record's number is its place. What changes on the hash tag of the desk is written with its record
 * in one script. A change of an alert lies with the alerts: its record is written beside it in one script, and is taken over
 * into the trail right after; if the process dies in between, by the next who reads the trail.
 */
export class RedisAuditTrail implements AuditTrail {
  private readonly desk: DeskKeys

  constructor(
    private readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
    private readonly clock: Clock,
  ) {
    this.desk = deskKeys(keyspace)
  }

  async write(changes: AuditedChange | readonly AuditedChange[]): Promise<void> {
    await this.writeWith([changes].flat(), new Map(), () => undefined)
  }

  /**
   * Writes something on the hash tag of the desk together with its records. Gives false, and has written nothing, if a
   * value is not as it was read.
   */
  writeWith(
    changes: readonly AuditedChange[],
    read: ReadonlyMap<string, StampedValue>,
    fill: (writes: WriteList) => void,
  ): Promise<boolean> {
    const writes = new WriteList(1)
    fill(writes)
    writes.addAll('RPUSH', this.desk.trail, changes.map(this.textOf), 1)
    return writeOnce(this.connection, doneKey(this.keyspace, 'desk', randomUUID()), read, writes)
  }

  /** A change as a script on the hash tag of the desk writes it: the mark that it is done, the trail, and what to add to it. */
  entry(change: AuditedChange): {
    readonly keys: readonly [done: string, trail: string]
    readonly text: string
  } {
    return {keys: [doneKey(this.keyspace, 'desk', randomUUID()), this.desk.trail], text: this.textOf(change)}
  }

  /** As `writeWith`, for a bucket of alerts. The same id is written once, and true as well if it was before. */
  async writeInBucket(
    bucket: number,
    {id, ...change}: AuditedChange & Pick<AuditRecord, 'at'> & {readonly id: string},
    read: ReadonlyMap<string, StampedValue>,
    fill: (writes: WriteList) => void,
  ): Promise<boolean> {
    const {untold} = bucketKeys(this.keyspace, bucket)
    const writes = new WriteList(1)
    fill(writes)
    writes.add('RPUSH', untold, id + this.textOf(change))
    const isDone = await writeOnce(this.connection, doneKey(this.keyspace, `b${bucket}`, id), read, writes)
    if (isDone) await this.takeOver(untold)
    return isDone
  }

  /** The newest first. Rejects with InvalidCursorError for a cursor it did not give. */
  async records(limit: number, cursor: string | undefined): Promise<Page<AuditRecord>> {
    const before = cursor === undefined ? undefined : Number(decodeCursor('audit', cursor, AUDIT_PLACE))
    await this.takeOverAll()
    return listPage('audit', this.rows(before), () => true, limit)
  }

  /** Takes over what lies beside changes: whoever reads the trail does, and every worker from time to time. */
  async takeOverAll(): Promise<void> {
    const lists = Array.from({length: BUCKETS}, (_, bucket) => bucketKeys(this.keyspace, bucket).untold)
    await Promise.all(lists.map((untold) => this.takeOver(untold)))
  }

  private async takeOver(untold: string): Promise<void> {
    for (let left = CHUNK; left === CHUNK; ) {
      const found = await this.connection.attempt((client) => client.lrange(untold, 0, CHUNK - 1))
      for (const text of found) {
        const id = text.slice(0, text.indexOf('{'))
        const keys = [doneKey(this.keyspace, 'desk', id), this.desk.trail]
        const args = [TAKEN_OVER_MS, text.slice(id.length)]
        await this.connection.attempt((client) => APPEND_ONCE.run(client, keys, args))
        await this.connection.attempt((client) => client.lrem(untold, 1, text))
      }
      left = found.length
    }
  }

  private async *rows(before: number | undefined): AsyncGenerator<readonly Row<AuditRecord>[]> {
    const {trail} = this.desk
    let end =
      before === undefined ? await this.connection.attempt((client) => client.llen(trail)) : before - 1
    while (end > 0) {
      const from = Math.max(0, end - CHUNK)
      const texts = await this.connection.attempt((client) => client.lrange(trail, from, end - 1))
      yield texts
        .map((text, i): Row<AuditRecord> => {
          const sequence = from + i + 1
          return [offsetDigits(sequence), {sequence, ...(JSON.parse(text) as Omit<AuditRecord, 'sequence'>)}]
        })
        .reverse()
      end = from
    }
  }

  private readonly textOf = (change: AuditedChange): string =>
    JSON.stringify({at: formatTime(this.clock.now()), ...change})
}
