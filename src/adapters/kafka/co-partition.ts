/** A member of the group with the partitions that it had before. */
export interface Member {
  readonly id: string
  readonly owned: readonly number[]
}

/**
 * Shares out the partitions 0 to `count` − 1 so that no member has two more than another and as few as possible change
 * hands: what a member has it keeps, up to its share; the others go to those with the fewest. By member id.
 */
export function sharePartitions(
  members: readonly Member[],
  count: number,
): ReadonlyMap<string, readonly number[]> {
  const byId = [...members].sort((a, b) => (a.id < b.id ? -1 : 1))
  const shares = new Map(byId.map(({id}) => [id, [] as number[]]))
  const free = new Set(Array.from({length: count}, (_, partition) => partition))
  const least = Math.floor(count / members.length)
  // So many members have one more than the least. Who had the most keeps the most.
  let larger = count % members.length
  for (const {id, owned} of [...byId].sort((a, b) => b.owned.length - a.owned.length)) {
    const share = shares.get(id) as number[]
    for (const partition of owned) {
      if (!free.has(partition) || share.length >= least + (larger > 0 ? 1 : 0)) continue
      share.push(partition)
      free.delete(partition)
    }
    if (share.length > least) larger--
  }
  for (const partition of free) fewest(shares).push(partition)
  for (const share of shares.values()) share.sort((a, b) => a - b)
  return shares
}

function fewest(shares: ReadonlyMap<string, number[]>): number[] {
  let found: number[] | undefined
  for (const share of shares.values()) if (found === undefined || share.length < found.length) found = share
  return found as number[]
}
