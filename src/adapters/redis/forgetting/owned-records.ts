import {FEEDBACK, TRANSACTIONS} from '../../../core/event/stream.js'
import type {ForgottenUser} from '../../../core/forgetting/forgotten-user.js'
import {parsed, readValues, type StampedValue, stamped, writeIfUnchanged} from '../guarded-values.js'
import type {BucketKeys} from '../keyspace.js'
import {mergedPlaces} from '../merged-places.js'
import {afterDigits} from '../place.js'
import type {RedisConnection} from '../redis-connection.js'
import {DECISIONS, FEATURES, recordPlace, type UserRecords, VERDICTS} from '../user-records.js'
import {WriteList} from '../write-list.js'

/** Ids of a user's records of one kind, in one bucket. */
interface Owned {
  readonly keys: BucketKeys
  readonly remove: (id: string) => Promise<void>
  readonly ids: readonly string[]
}

/** Finds the decisions, features as served and verdicts of a user, and notes the ids of the events that they are about. */
export async function findOwned(
  connection: RedisConnection,
  buckets: readonly BucketKeys[],
  user: ForgottenUser,
): Promise<readonly Owned[]> {
  const find = async <T extends {readonly user_id: string}>(
    kind: UserRecords<T>,
    keys: BucketKeys,
    stream: string,
  ): Promise<Owned> => {
    const ids: string[] = []
    for await (const chunk of mergedPlaces(connection, [kind.places(keys)], {from: '-', to: '+'}))
      for (const {place} of chunk) {
        const [id, owner] = JSON.parse(afterDigits(place)) as [id: string, owner: string]
        if (!user.is(owner)) continue
        ids.push(id)
        user.addEvent(stream, id)
      }
    return {keys, ids, remove: (id) => removeOwned(connection, kind, keys, id, user)}
  }
  const found: Owned[] = []
  for (const keys of buckets)
    found.push(
      await find(DECISIONS, keys, TRANSACTIONS),
      await find(FEATURES, keys, TRANSACTIONS),
      await find(VERDICTS, keys, FEEDBACK),
    )
  return found
}

/** Other users' records about the same id stay. */
async function removeOwned<T extends {readonly user_id: string}>(
  connection: RedisConnection,
  kind: UserRecords<T>,
  keys: BucketKeys,
  id: string,
  user: ForgottenUser,
): Promise<void> {
  const name = kind.key(keys, id)
  for (;;) {
    const [value] = (await readValues(connection, [name])) as [StampedValue]
    const records = parsed<readonly T[]>(value) ?? []
    const own = records.filter(({user_id: owner}) => user.is(owner))
    const left = records.filter((record) => !own.includes(record))
    const writes = new WriteList(0)
    if (left.length === 0) writes.add('DEL', name)
    else writes.add('SET', name, stamped(value, JSON.stringify(left)))
    for (const record of own) writes.add('ZREM', kind.places(keys), recordPlace(kind, record))
    if (await writeIfUnchanged(connection, new Map([[name, value]]), writes)) return
  }
}
