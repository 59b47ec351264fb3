import {map, type OperatorFunction} from 'rxjs'
import type {InputBatch} from '../port/event-source.js'
import {decodeRecord} from '../stage/decode-record.js'
import type {Partition} from '../stage/partition.js'
import type {DecodedBatch} from './batch.js'

/** Bytes → events: size, JSON, stream, card number, schema. What fails a check becomes a refusal; nothing stops. */
export function decode(
  partitionOf: (number: number) => Partition,
): OperatorFunction<InputBatch, DecodedBatch> {
  return map((input) => {
    const partition = partitionOf(input.partition)
    const decodeOne = decodeRecord(partition.bundle)
    return {
      input,
      partition,
      fromOffset: beginningOf(input, partition),
      outcomes: input.records.map(decodeOne),
    }
  })
}

/** Where the batch begins: where the partition stands, unless the source read from elsewhere. The store compares the two. */
function beginningOf({fromOffset, records}: InputBatch, {offset}: Partition): number {
  return fromOffset ?? Math.min(offset, records[0]?.offset ?? offset)
}
