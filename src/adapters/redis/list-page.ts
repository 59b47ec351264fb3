import type {Page} from '../../engine/port/read-model.js'
import {type CursorKind, encodeCursor} from './place.js'

/** One page looks at no more rows than this: a rare filter gives a short page with a cursor, not a long wait. */
const ROWS_PER_PAGE = 5_000

/** An item and its place in the list. */
export type Row<T> = readonly [place: string, item: T]

/** The first `limit` rows that are accepted, in the order of their places. */
export async function listPage<T>(
  kind: CursorKind,
  chunks: AsyncIterable<readonly Row<T>[]>,
  accepts: (item: T) => boolean,
  limit: number,
): Promise<Page<T>> {
  const items: T[] = []
  let seen = 0
  let last = ''
  for await (const rows of chunks)
    for (const [place, item] of rows) {
      const accepted = accepts(item)
      if (seen >= ROWS_PER_PAGE || (accepted && items.length >= limit))
        return {items, cursor: encodeCursor(kind, last)}
      if (accepted) items.push(item)
      last = place
      seen++
    }
  return {items, cursor: undefined}
}
