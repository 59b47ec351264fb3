import type {Page} from '../../engine/port/read-model.js'
import type {LateInput, OutboxEntry} from '../../engine/port/state-store.js'
import {decodeLate, encodeLate} from '../../engine/port/stored-text.js'
import type {Keyspace} from './keyspace.js'
import {listPage} from './list-page.js'
import {decodeCursor, offsetDigits} from './place.js'
import type {RedisConnection} from './redis-connection.js'
import {RefusedList} from './refused-list.js'

/** A late input with the partition whose log it came from. */
export interface StoredLateInput extends LateInput {
  readonly partition: number
}

/** Partition and offset. */
const PLACE = /^\d{32}$/

/** Inputs that were too late, by their offsets. */
export class LateInputs {
  private readonly stored: RefusedList

  constructor(connection: RedisConnection, keyspace: Keyspace) {
    this.stored = new RefusedList(connection, keyspace, 'late')
  }

  publish({late, partition}: OutboxEntry): Promise<void> {
    return this.stored.add(
      partition,
      late.map((input) => ({place: offsetDigits(input.offset), value: JSON.stringify(encodeLate(input))})),
    )
  }

  async list(limit: number, cursor: string | undefined): Promise<Page<StoredLateInput>> {
    const after = cursor === undefined ? undefined : decodeCursor('late', cursor, PLACE)
    const rows = this.stored.rows(after, (text, partition) => ({partition, ...decodeLate(JSON.parse(text))}))
    return listPage('late', rows, () => true, limit)
  }

  count(): Promise<number> {
    return this.stored.count()
  }
}
