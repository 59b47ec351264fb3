import type {PersistedJudgement, PersistedKey} from '../../engine/port/state-store.js'
import type {EventShapes} from './event-shapes.js'
import {readHistory} from './history-records.js'
import type {PartitionKeys} from './keyspace.js'
import type {RedisConnection} from './redis-connection.js'

/** Keys of which one request asks for history, judgement and features. */
const KEYS_PER_REQUEST = 500

/** The state of keys, in the order asked. `note` hears how many records and events each history has. */
export async function loadKeys(
  connection: RedisConnection,
  names: PartitionKeys,
  keys: readonly string[],
  shapes: EventShapes,
  note: (key: string, records: number, events: number) => void,
): Promise<readonly (PersistedKey | undefined)[]> {
  const requests: Promise<(string | null)[]>[] = []
  for (let from = 0; from < keys.length; from += KEYS_PER_REQUEST) {
    const asked = keys.slice(from, from + KEYS_PER_REQUEST)
    const all = asked.flatMap((key) => [names.history(key), names.judgement(key), names.features(key)])
    requests.push(connection.attempt((client) => client.mget(all)))
  }
  const texts = (await Promise.all(requests)).flat()
  return keys.map((key, i) => {
    const [history, judgement, features] = texts.slice(3 * i, 3 * i + 3).map((text) => text ?? undefined)
    const {events, records} = readHistory(history ?? '', shapes)
    note(key, records, events.length)
    if (events.length === 0 && judgement === undefined && features === undefined) return undefined
    return {
      events,
      judgement: judgement === undefined ? undefined : (JSON.parse(judgement) as PersistedJudgement),
      ...(features === undefined ? {} : {features}),
    }
  })
}
