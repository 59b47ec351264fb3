import {type EventTime, parseEventTime} from '../../core/event/time.js'
import {BrokenFileError, type RecordFile, readRecords} from './record-file.js'

/** A record of a file that is sorted by event time. */
export interface FinalRecord {
  readonly event_time: string
}

export interface TimedRecord<T> {
  readonly record: T
  readonly time: EventTime
}

/**
 * The records of a file that is sorted by event time, in blocks. Throws what `readRecords` throws, and
 * BrokenFileError where the file goes back in time.
 */
export async function* readFinalFile<T extends FinalRecord>(
  file: RecordFile<T>,
): AsyncGenerator<readonly TimedRecord<T>[]> {
  let latest = Number.NEGATIVE_INFINITY
  for await (const records of readRecords(file)) {
    yield records.map(({record, line}) => {
      const time = parseEventTime(record.event_time)
      if (time === undefined)
        throw new BrokenFileError(file.path, line, 'event_time: no RFC 3339 time', SORTED)
      if (time < latest)
        throw new BrokenFileError(file.path, line, 'event_time: earlier than on the line before', SORTED)
      latest = time
      return {record, time}
    })
  }
}

const SORTED = 'give a file that is sorted by (event_time, id), as replay and export write it'
