import {map, type OperatorFunction} from 'rxjs'
import {type Decode, type DecodedEvent, parseJson, type Refusal} from '../../core/event/decode.js'
import type {InputBatch, InputRecord} from '../port/event-source.js'
import type {Partition} from '../stage/partition.js'
import type {DecodedBatch} from './batch.js'

const utf8 = new TextDecoder()

/** Bytes → events: size, JSON, stream, card number, schema. What fails a check becomes a refusal; nothing stops. */
export function decode(
  decodeEvent: Decode,
  eventLimit: number,
  partitionOf: (number: number) => Partition,
): OperatorFunction<InputBatch, DecodedBatch> {
  const decodeRecord = ({outcome, bytes, stream}: InputRecord): DecodedEvent | Refusal => {
    if (outcome !== undefined) return outcome
    if (bytes === undefined)
      return {reason: 'bad_json', detail: 'the record has no content; send one JSON object'}
    if (bytes.length > eventLimit) return tooLarge(bytes.length, eventLimit)
    const text = utf8.decode(bytes)
    const parsed = parseJson(text)
    return 'reason' in parsed ? parsed : decodeEvent(stream, parsed.value, text)
  }
  return map((input) => {
    const partition = partitionOf(input.partition)
    return {
      input,
      partition,
      fromOffset: beginningOf(input, partition),
      outcomes: input.records.map(decodeRecord),
    }
  })
}

/** Where the batch begins: where the partition stands, unless the source read from elsewhere. The store compares the two. */
function beginningOf({fromOffset, records}: InputBatch, {offset}: Partition): number {
  return fromOffset ?? Math.min(offset, records[0]?.offset ?? offset)
}

export function tooLarge(length: number, limit: number): Refusal {
  return {
    reason: 'too_large',
    detail: `the record has ${length} bytes, the limit is ${limit}; send less, or raise event_limit`,
  }
}
