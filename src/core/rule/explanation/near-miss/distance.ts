/** How far an assignment is from a match: in how many things it fails, and by how much, as a sum of shares. */
export interface Distance {
  readonly failed: number
  readonly miss: number
}

export const NO_DISTANCE: Distance = {failed: 0, miss: 0}

export function sumOf(a: Distance, b: Distance): Distance {
  return {failed: a.failed + b.failed, miss: a.miss + b.miss}
}

export function isNearer(a: Distance, b: Distance | undefined): boolean {
  return b === undefined || a.failed < b.failed || (a.failed === b.failed && a.miss < b.miss)
}
