import type {RedisConnection} from './redis-connection.js'

/** A place and the number of the list that has it. */
export interface ListedPlace {
  readonly list: number
  readonly place: string
}

/** Places that one request asks for. */
const CHUNK = 200

/** Bounds of a reading, as ZRANGE … BYLEX takes them: `[a` includes a, `(a` does not, `-` and `+` are the ends. */
export interface PlaceRange {
  readonly from: string
  readonly to: string
}

/** The places of several sorted sets as one list, in the order of their bytes, in chunks. */
export async function* mergedPlaces(
  connection: RedisConnection,
  lists: readonly string[],
  {from, to}: PlaceRange,
): AsyncGenerator<readonly ListedPlace[]> {
  const readers = lists.map((key, list) => ({key, list, from, waiting: [] as string[], isDone: false}))
  for (;;) {
    const empty = readers.filter(({waiting, isDone}) => waiting.length === 0 && !isDone)
    await Promise.all(
      empty.map(async (reader) => {
        const {key, from} = reader
        const found = await connection.attempt((client) =>
          client.zrange(key, from, to, 'BYLEX', 'LIMIT', 0, CHUNK),
        )
        reader.waiting = found
        reader.isDone = found.length < CHUNK
        const last = found.at(-1)
        if (last !== undefined) reader.from = `(${last}`
      }),
    )
    const ahead = readers.filter(({waiting}) => waiting.length > 0)
    if (ahead.length === 0) return
    yield takeInOrder(ahead)
  }
}

interface Reader {
  readonly list: number
  waiting: string[]
  readonly isDone: boolean
}

/** What can be said without reading on: until a list that may go on has nothing waiting. */
function takeInOrder(readers: readonly Reader[]): readonly ListedPlace[] {
  const taken: ListedPlace[] = []
  const places = new Map(readers.map((reader) => [reader, 0]))
  for (;;) {
    let first: Reader | undefined
    let smallest = ''
    for (const [reader, at] of places) {
      const place = reader.waiting[at]
      if (place === undefined) continue
      if (first === undefined || compareBytes(place, smallest) < 0) [first, smallest] = [reader, place]
    }
    if (first === undefined) break
    taken.push({list: first.list, place: smallest})
    const next = (places.get(first) ?? 0) + 1
    places.set(first, next)
    if (next === first.waiting.length && !first.isDone) break
  }
  for (const [reader, at] of places) reader.waiting = reader.waiting.slice(at)
  return taken
}

/** As Redis compares members. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
