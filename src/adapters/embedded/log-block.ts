import type {Refusal} from '../../core/event/decode.js'
import type {WallTime} from '../../core/event/time.js'
import type {ErasedInput} from '../../core/forgetting/erased-input.js'
import type {IntakeRecord} from '../../engine/port/event-intake.js'
import type {InputRecord} from '../../engine/port/event-source.js'

/*
 * The log is stored in blocks: records that were appended together are one value, because writing a value costs more
 * than writing its bytes. A record in a block: flags (1: has bytes), ingest time as a big-endian double, length of the
 * header, length of the bytes, the header (JSON: stream, refusal, attempt, traceparent, what is left of one that was erased), and the input's bytes as they came.
 */

/** Records on their way to the log, encoded. They have no offsets yet. */
export interface LogBlock {
  readonly size: number
  readonly encoded: Buffer
}

const RECORDS_PER_BLOCK = 500
const BYTES_PER_BLOCK = 256 * 1024

const FIXED_LENGTH = 17
const HAS_BYTES = 1

/** Headers without a refusal repeat: one per stream. */
const headers = new Map<string | undefined, Buffer>()
const HEADERS_KEPT = 100

/** A record of the log as it is written. */
export interface StoredRecord extends IntakeRecord {
  readonly erased?: ErasedInput | undefined
}

interface Header {
  readonly stream?: string
  readonly refusal?: Refusal
  readonly attempt?: number
  readonly traceparent?: string
  readonly erased?: ErasedInput
}

export function encodeBlocks(records: readonly IntakeRecord[]): LogBlock[] {
  const blocks: LogBlock[] = []
  let begin = 0
  let length = 0
  for (let i = 0; i < records.length; i++) {
    length += FIXED_LENGTH + (records[i]?.bytes?.length ?? 0)
    const full = i + 1 - begin >= RECORDS_PER_BLOCK || length >= BYTES_PER_BLOCK
    if (!full && i + 1 < records.length) continue
    blocks.push(encodeBlock(records.slice(begin, i + 1)))
    begin = i + 1
    length = 0
  }
  return blocks
}

/** A block that is there already, with the same records. */
export function rewrittenBlock(records: readonly StoredRecord[]): Buffer {
  return encodeBlock(records).encoded
}

function encodeBlock(records: readonly StoredRecord[]): LogBlock {
  const recordHeaders = records.map(headerOf)
  let length = 0
  for (const [i, {bytes}] of records.entries()) {
    length += FIXED_LENGTH + (recordHeaders[i] as Buffer).length + (bytes?.length ?? 0)
  }
  const encoded = Buffer.allocUnsafeSlow(length)
  let at = 0
  for (const [i, {bytes, ingestedAt}] of records.entries()) {
    const header = recordHeaders[i] as Buffer
    encoded[at] = bytes === undefined ? 0 : HAS_BYTES
    encoded.writeDoubleBE(ingestedAt, at + 1)
    encoded.writeUInt32BE(header.length, at + 9)
    encoded.writeUInt32BE(bytes?.length ?? 0, at + 13)
    encoded.set(header, at + FIXED_LENGTH)
    at += FIXED_LENGTH + header.length
    if (bytes !== undefined) encoded.set(bytes, at)
    at += bytes?.length ?? 0
  }
  return {size: records.length, encoded}
}

/** The records of a block whose last one has the offset `last`. Their bytes are views into `encoded`. */
export function decodeBlock(encoded: Buffer, last: number): InputRecord[] {
  const records: (InputRecord & {offset: number})[] = []
  let headerText = ''
  let header: Header = {}
  let at = 0
  while (at < encoded.length) {
    const begin = at + FIXED_LENGTH + encoded.readUInt32BE(at + 9)
    const end = begin + encoded.readUInt32BE(at + 13)
    const text = encoded.toString('latin1', at + FIXED_LENGTH, begin)
    if (text !== headerText) {
      headerText = text
      header = JSON.parse(encoded.toString('utf8', at + FIXED_LENGTH, begin)) as Header
    }
    records.push({
      stream: header.stream,
      offset: 0,
      ingestedAt: encoded.readDoubleBE(at + 1) as WallTime,
      bytes: encoded[at] === HAS_BYTES ? encoded.subarray(begin, end) : undefined,
      outcome: header.refusal,
      attempt: header.attempt,
      traceparent: header.traceparent,
      erased: header.erased,
    })
    at = end
  }
  const first = last + 1 - records.length
  for (const [i, record] of records.entries()) record.offset = first + i
  return records
}

function headerOf({stream, refusal, attempt, traceparent, erased}: StoredRecord): Buffer {
  if (refusal !== undefined || attempt !== undefined || traceparent !== undefined || erased !== undefined)
    return Buffer.from(JSON.stringify({stream, refusal, attempt, traceparent, erased}))
  let header = headers.get(stream)
  if (header === undefined) {
    header = Buffer.from(JSON.stringify({stream}))
    if (headers.size < HEADERS_KEPT) headers.set(stream, header)
  }
  return header
}
