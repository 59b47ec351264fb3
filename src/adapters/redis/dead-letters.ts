import type {DeadLetter} from '../../core/event/dead-letter.js'
import type {Page, StoredDeadLetter} from '../../engine/port/read-model.js'
import {idOf, idText, type Keyspace} from './keyspace.js'
import {listPage} from './list-page.js'
import {afterDigits, decodeCursor, offsetDigits} from './place.js'
import type {RedisConnection} from './redis-connection.js'
import {RefusedList} from './refused-list.js'
import {Script} from './script.js'

/** Partition, offset and topic. */
const PLACE = /^\d{32}.*$/s

/** Topic (left out where it is the name of a stream, which holds no dot), partition and offset. */
const ID = /^(?:(.+)\/)?(0|[1-9]\d{0,8})-(0|[1-9]\d{0,14})$/s

/** Counts one more replay of a dead letter that is there. KEYS: letters, replays. */
const MARK = new Script(`
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
return redis.call('HINCRBY', KEYS[2], ARGV[1], 1)
`)

/** Dead letters by their origin: in the cluster, several topics have the same partitions and offsets. */
export class DeadLetters {
  private readonly stored: RefusedList

  constructor(connection: RedisConnection, keyspace: Keyspace) {
    this.stored = new RefusedList(connection, keyspace, 'dead-letters')
  }

  async publish(letters: readonly DeadLetter[]): Promise<void> {
    const byPartition = new Map<number, DeadLetter[]>()
    for (const letter of letters) {
      const {partition} = letter.origin
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), letter])
    }
    for (const [partition, those] of byPartition)
      await this.stored.add(
        partition,
        those.map((letter) => ({place: placeOf(letter.origin), value: JSON.stringify(letter)})),
      )
  }

  /** In the order of partition and offset. */
  async list(
    reason: string | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<StoredDeadLetter>> {
    const after = cursor === undefined ? undefined : decodeCursor('dead-letters', cursor, PLACE)
    const rows = this.stored.rows(after, (text, _partition, replays) => storedLetter(text, replays))
    return listPage(
      'dead-letters',
      rows,
      ({letter}) => reason === undefined || letter.reason === reason,
      limit,
    )
  }

  async get(id: string): Promise<StoredDeadLetter | undefined> {
    const found = await this.find(id)
    if (found === undefined) return undefined
    const {values, replays} = this.stored.keysOf(found.partition)
    const [text, count] = await Promise.all([
      this.stored.connection.attempt((client) => client.hget(values, found.place)),
      this.stored.connection.attempt((client) => client.hget(replays, found.place)),
    ])
    return text === null ? undefined : storedLetter(text, count)
  }

  /** Counts one more replay of a dead letter. Gives it as it is now; undefined if there is none. */
  async markReplayed(id: string): Promise<StoredDeadLetter | undefined> {
    const found = await this.find(id)
    if (found === undefined) return undefined
    const {values, replays} = this.stored.keysOf(found.partition)
    await this.stored.connection.attempt((client) => MARK.run(client, [values, replays], [found.place]))
    return this.get(id)
  }

  /** Where the dead letter of an id would stand. Without a topic it is looked for among those of streams. */
  private async find(id: string): Promise<{readonly partition: number; readonly place: string} | undefined> {
    const [, topic, partitionText, offsetText] = ID.exec(id) ?? []
    if (partitionText === undefined) return undefined
    const [partition, offset] = [Number(partitionText), Number(offsetText)]
    if (topic !== undefined) return {partition, place: placeOf({topic, offset})}
    const {places} = this.stored.keysOf(partition)
    const found = await this.stored.connection.attempt((client) =>
      client.zrange(places, `[${offsetDigits(offset)}`, `(${offsetDigits(offset + 1)}`, 'BYLEX'),
    )
    const place = found.find((candidate) => !namesTopic(idOf(afterDigits(candidate))))
    return place === undefined ? undefined : {partition, place}
  }
}

function storedLetter(text: string, replays: string | null): StoredDeadLetter {
  const letter = JSON.parse(text) as DeadLetter
  const {topic, partition, offset} = letter.origin
  const id = `${namesTopic(topic) ? `${topic}/` : ''}${partition}-${offset}`
  return {id, letter, replays: Number(replays ?? 0)}
}

/** Whether it is the name of a topic of the log, and not that of a stream. */
function namesTopic(topic: string): boolean {
  return topic.includes('.')
}

function placeOf({topic, offset}: {readonly topic: string; readonly offset: number}): string {
  return offsetDigits(offset) + idText(topic)
}
