/**
 * The total order of the events of one key: event time, stream rank, event id. Arrival never enters it,
 * so every arrival order gives the same history.
 */

export interface Ordered {
  readonly time: number
  readonly rank: number
  readonly id: string
}

export function compareEvents(a: Ordered, b: Ordered): number {
  if (a.time !== b.time) return a.time - b.time
  if (a.rank !== b.rank) return a.rank - b.rank
  return compareIds(a.id, b.id)
}

/** Ids compare as their UTF-8 bytes do. */
export function compareIds(a: string, b: string): number {
  if (a === b) return 0
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return codePointRank(x) - codePointRank(y)
  }
  return a.length - b.length
}

/** UTF-16 puts surrogates (code points above U+FFFF) below U+E000..U+FFFF; UTF-8 puts them above. */
function codePointRank(codeUnit: number): number {
  if (codeUnit < 0xd800) return codeUnit
  return codeUnit < 0xe000 ? codeUnit + 0x2000 : codeUnit - 0x800
}
