import type {Pairing} from '../../core/comparison/pairing.js'
import {END_OF_TIME} from '../../core/event/time.js'
import {byInstant} from './by-instant.js'
import type {FinalRecord} from './final-file.js'
import type {RecordFile} from './record-file.js'

/**
 * Pairs the records of two files that are sorted by event time. `afterInstant` is awaited after each event time.
 * Throws what `readFinalFile` throws.
 */
export async function pairFiles<T extends FinalRecord>(
  a: RecordFile<T>,
  b: RecordFile<T>,
  pairing: Pairing<T>,
  afterInstant: () => Promise<void>,
): Promise<void> {
  for await (const {time, records} of byInstant<[T, T]>(a, b)) {
    pairing.settle(time - 1)
    for (const record of records[0]) pairing.put('a', record, time)
    for (const record of records[1]) pairing.put('b', record, time)
    await afterInstant()
  }
  pairing.settle(END_OF_TIME)
}
