import type {EncodedCommit, HistoryChange} from './commit-writes.js'
import {eventRecord, readHistory} from './history-records.js'
import type {PartitionKeys} from './keyspace.js'
import type {Ownership} from './ownership.js'
import type {WriteList} from './write-list.js'

/** The length that a history must still have, by the place of its key: as arguments of the script. */
type Lengths = readonly number[]

/**
 * Writes what happens to histories: what is new is appended; a history of which more than half would be of no use is
 * written anew. For that it is read, and must not have changed when it is written.
 */
export async function writeHistories(
  {histories, shapes: unsaved}: EncodedCommit,
  {tally, shapes}: Ownership,
  keys: PartitionKeys,
  writes: WriteList,
  read: (keys: readonly string[]) => Promise<readonly (string | null)[]>,
): Promise<Lengths> {
  const worn: HistoryChange[] = []
  for (const change of histories) {
    const {key, appended, removed, records, isErased} = change
    if (isErased || (removed > 0 && tally.isWorn(key, appended, removed))) worn.push(change)
    else {
      writes.add('APPEND', keys.history(key), records)
      tally.add(key, appended, removed)
    }
  }
  if (worn.length === 0) return []
  const texts = await read(worn.map(({key}) => keys.history(key)))
  const lengths: number[] = []
  for (const [i, {key, records}] of worn.entries()) {
    const name = keys.history(key)
    const text = texts[i] ?? ''
    const {events} = readHistory(text + records, shapes)
    if (events.length === 0) writes.add('DEL', name)
    else writes.add('SET', name, events.map((event) => eventRecord(event, shapes, unsaved)).join(''))
    tally.note(key, events.length, events.length)
    lengths.push(writes.placeOf(name), Buffer.byteLength(text))
  }
  return lengths
}
