import type {EmbeddedDatabase} from './database.js'
import {historyPrefix, idOf, partitionPart, under} from './keyspace.js'

/** Every key of which a partition holds something, in the order in which they are stored. */
export async function* storedKeys({level}: EmbeddedDatabase, partition: number): AsyncGenerator<string> {
  const all = `k/${partitionPart(partition)}`
  const {lt} = under(all)
  for (let gte = all; ; ) {
    const [place] = await level.keys({gte, lt, limit: 1}).all()
    if (place === undefined) return
    const key = idOf(place.slice(all.length, place.indexOf('/', all.length)))
    yield key
    gte = under(historyPrefix(partition, key)).lt
  }
}
