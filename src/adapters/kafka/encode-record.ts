import type {IHeaders, Message} from 'kafkajs'

/** A record of a batch, as the producer of kafkajs puts it together. */
export interface RecordParts extends Pick<Message, 'key' | 'value' | 'headers'> {
  /** Place in the batch. */
  readonly offsetDelta?: number
  /** Time since the batch's first timestamp, in ms. */
  readonly timestampDelta?: number
}

/** What the encoders of kafkajs take in. */
export interface EncodedRecord {
  readonly buf: Buffer
  readonly buffer: Buffer
}

type Bytes = Buffer | string | null | undefined

/**
 * A record of Kafka's message format 2 (https://kafka.apache.org/documentation/#record), in one buffer of its size. The function
 * of kafkajs that it stands for takes half a kilobyte of zeros for the record and as much for each of its headers.
 */
export function encodeRecord({
  offsetDelta = 0,
  timestampDelta = 0,
  key,
  value,
  headers = {},
}: RecordParts): EncodedRecord {
  const listed = listOf(headers)
  let body = 1 + sizeOfInt(timestampDelta) + sizeOfInt(offsetDelta) + sizeOfBytes(key) + sizeOfBytes(value)
  body += sizeOfInt(listed.length)
  for (const [name, content] of listed) body += sizeOfBytes(name) + sizeOfBytes(content)
  const buffer = Buffer.allocUnsafe(sizeOfInt(body) + body)
  let at = writeInt(buffer, 0, body)
  // No attributes are in use.
  buffer[at++] = 0
  at = writeInt(buffer, at, timestampDelta)
  at = writeInt(buffer, at, offsetDelta)
  at = writeBytes(buffer, at, key)
  at = writeBytes(buffer, at, value)
  at = writeInt(buffer, at, listed.length)
  for (const [name, content] of listed) at = writeBytes(buffer, writeBytes(buffer, at, name), content)
  return {buf: buffer, buffer}
}

/** A header that is there more than once is a list. */
function listOf(headers: IHeaders): readonly (readonly [name: string, content: Bytes])[] {
  const listed: [string, Bytes][] = []
  for (const name in headers) {
    const content = headers[name]
    if (Array.isArray(content)) for (const each of content) listed.push([name, each])
    else listed.push([name, content])
  }
  return listed
}

/** Zigzag: integers near zero, of either sign, take few bytes. Exact up to 2^52. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

function sizeOfInt(value: number): number {
  let rest = zigzag(value)
  let size = 1
  while (rest >= 0x80) {
    rest = Math.floor(rest / 0x80)
    size++
  }
  return size
}

function writeInt(buffer: Buffer, from: number, value: number): number {
  let rest = zigzag(value)
  let at = from
  while (rest >= 0x80) {
    buffer[at++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  buffer[at++] = rest
  return at
}

function sizeOfBytes(bytes: Bytes): number {
  if (bytes == null) return sizeOfInt(-1)
  const length = Buffer.byteLength(bytes)
  return sizeOfInt(length) + length
}

function writeBytes(buffer: Buffer, from: number, bytes: Bytes): number {
  if (bytes == null) return writeInt(buffer, from, -1)
  const length = Buffer.byteLength(bytes)
  const at = writeInt(buffer, from, length)
  if (typeof bytes === 'string') buffer.write(bytes, at, length)
  else bytes.copy(buffer, at)
  return at + length
}
