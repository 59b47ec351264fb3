import {isRefusal} from '../../core/event/decode.js'
import type {InputRecord} from '../../engine/port/event-source.js'
import type {EmbeddedDatabase} from './database.js'
import {decodeBlock, rewrittenBlock, type StoredRecord} from './log-block.js'
import {lastOffsetOf} from './stored-records.js'

/** What a record is to be replaced by; undefined leaves it as it is. */
export type RecordChange = (record: InputRecord) => Promise<StoredRecord | undefined>

/** Changes the records of a block before an offset, if the block is still there. It is on disk when this resolves. */
export async function rewriteBlock(
  {level}: EmbeddedDatabase,
  key: string,
  before: number,
  change: RecordChange,
): Promise<void> {
  const block = await level.get<string, Buffer>(key, {valueEncoding: 'buffer'})
  if (block === undefined) return
  const stored: StoredRecord[] = []
  let changed = false
  for (const record of decodeBlock(block, lastOffsetOf(key))) {
    const next = record.offset < before ? await change(record) : undefined
    changed ||= next !== undefined
    stored.push(next ?? asStored(record))
  }
  if (!changed) return
  await level.put<string, Buffer>(key, rewrittenBlock(stored), {valueEncoding: 'buffer', sync: true})
}

/** A record that was read, as it is written. */
function asStored(record: InputRecord): StoredRecord {
  const {stream, bytes, outcome, ingestedAt, attempt, traceparent, erased} = record
  const refusal = outcome !== undefined && isRefusal(outcome) ? outcome : undefined
  return {stream, bytes, refusal, ingestedAt, attempt, traceparent, erased}
}
