import {type BucketKeys, bucketOf} from './keyspace.js'

/** Records by the keys of the bucket that their id belongs to. `buckets`: all of them. */
export function byBucket<T>(
  buckets: readonly BucketKeys[],
  records: readonly T[],
  idOf: (record: T) => string,
): ReadonlyMap<BucketKeys, readonly T[]> {
  const groups = new Map<BucketKeys, T[]>()
  for (const record of records) {
    const keys = bucketFor(buckets, idOf(record))
    const group = groups.get(keys)
    if (group === undefined) groups.set(keys, [record])
    else group.push(record)
  }
  return groups
}

/** The keys of the bucket that an id belongs to. */
export function bucketFor(buckets: readonly BucketKeys[], id: string): BucketKeys {
  return buckets[bucketOf(id)] as BucketKeys
}
