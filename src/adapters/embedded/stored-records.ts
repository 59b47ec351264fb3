import type {InputRecord} from '../../engine/port/event-source.js'
import type {EmbeddedDatabase} from './database.js'
import {LOG, numberOf, numberPart, under} from './keyspace.js'
import {decodeBlock} from './log-block.js'

/** Read ahead of the one who asks. */
const READ_BYTES = 1024 * 1024

/** A block's key says the offset of its last record: the first block from a key on holds that offset, or a later one. */
export function lastOffsetOf(key: string): number {
  return numberOf(key.slice(LOG.length))
}

/** The records of the log from one offset to another (excluded), as far as they are there: block by block, in the order of arrival. */
export async function* recordsBetween(
  {level}: EmbeddedDatabase,
  from: number,
  to: number,
): AsyncGenerator<readonly InputRecord[]> {
  const range = {...under(LOG), gte: LOG + numberPart(from), highWaterMarkBytes: READ_BYTES}
  for await (const [key, block] of level.iterator<string, Buffer>({...range, valueEncoding: 'buffer'})) {
    const last = lastOffsetOf(key)
    const records = decodeBlock(block, last).filter(({offset}) => offset >= from && offset < to)
    if (records.length > 0) yield records
    if (last + 1 >= to) return
  }
}

/** The records before an offset, the newest block first. */
export async function* recordsBefore(
  {level}: EmbeddedDatabase,
  offset: number,
): AsyncGenerator<readonly InputRecord[]> {
  // The block that holds the record before, and maybe some from the offset on.
  const [newest] = await level.keys({...under(LOG), gte: LOG + numberPart(offset - 1), limit: 1}).all()
  const end = newest === undefined ? {} : {lte: newest}
  const range = {...under(LOG), ...end, reverse: true, highWaterMarkBytes: READ_BYTES}
  for await (const [key, block] of level.iterator<string, Buffer>({...range, valueEncoding: 'buffer'})) {
    const records = decodeBlock(block, lastOffsetOf(key)).filter((record) => record.offset < offset)
    if (records.length > 0) yield records
  }
}
