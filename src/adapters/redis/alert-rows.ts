import type {AlertFilter, AlertView} from '../../engine/port/read-model.js'
import {parsed, readValues} from './guarded-values.js'
import {type BucketKeys, idOf} from './keyspace.js'
import type {Row} from './list-page.js'
import {type ListedPlace, mergedPlaces, type PlaceRange} from './merged-places.js'
import {afterDigits, descendingTime} from './place.js'
import type {RedisConnection} from './redis-connection.js'

/** Where the alerts are that a filter's times let through, after a place. The newest come first: the end of the times is the beginning of the range. */
export function alertRange({from, to}: AlertFilter, after: string | undefined): PlaceRange {
  const first = to === undefined ? '-' : `[${descendingTime(to - 1)}`
  const isFurther = after !== undefined && (first === '-' || after >= first.slice(1))
  return {
    from: isFurther ? `(${after}` : first,
    to: from === undefined ? '+' : `(${descendingTime(from - 1)}`,
  }
}

/** Alerts of all buckets in the order of their places. */
export async function* alertRows(
  connection: RedisConnection,
  buckets: readonly BucketKeys[],
  range: PlaceRange,
): AsyncGenerator<readonly Row<AlertView>[]> {
  const lists = buckets.map(({alertPlaces}) => alertPlaces)
  for await (const places of mergedPlaces(connection, lists, range)) {
    const views = await viewsAt(connection, buckets, places)
    yield places.flatMap(({place}) => {
      const view = views.get(place)
      return view === undefined ? [] : [[place, view] as const]
    })
  }
}

/** One request for each bucket. */
async function viewsAt(
  connection: RedisConnection,
  buckets: readonly BucketKeys[],
  places: readonly ListedPlace[],
): Promise<ReadonlyMap<string, AlertView>> {
  const found = new Map<string, AlertView>()
  await Promise.all(
    buckets.map(async (keys, bucket) => {
      const those = places.filter(({list}) => list === bucket).map(({place}) => place)
      const names = those.map((place) => keys.alert(idOf(afterDigits(place))))
      const values = await readValues(connection, names)
      for (const [i, place] of those.entries()) {
        const view = parsed<AlertView>(values[i])
        if (view !== undefined) found.set(place, view)
      }
    }),
  )
  return found
}
