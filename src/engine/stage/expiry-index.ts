import type {EventTime} from '../../core/event/time.js'

/** Width of a bucket in ms: a key is looked at up to so long after its oldest event expired. */
const BUCKET_MS = 6 * 3_600_000

/** Which keys hold events that are to be dropped when. Each key is listed once, by its oldest event. */
export class ExpiryIndex {
  private readonly bucketByKey = new Map<string, number>()
  private readonly keysByBucket = new Map<number, Set<string>>()

  keys(): Iterable<string> {
    return this.bucketByKey.keys()
  }

  has(key: string): boolean {
    return this.bucketByKey.has(key)
  }

  /** Lists a key under the time of its oldest event. Returns whether it was not listed there already. */
  set(key: string, oldest: EventTime): boolean {
    const bucket = Math.floor(oldest / BUCKET_MS)
    const listed = this.bucketByKey.get(key)
    if (listed === bucket) return false
    if (listed !== undefined) this.unlist(key, listed)
    this.bucketByKey.set(key, bucket)
    const keys = this.keysByBucket.get(bucket)
    if (keys === undefined) this.keysByBucket.set(bucket, new Set([key]))
    else keys.add(key)
    return true
  }

  /** Returns whether the key was listed. */
  delete(key: string): boolean {
    const listed = this.bucketByKey.get(key)
    if (listed === undefined) return false
    this.bucketByKey.delete(key)
    this.unlist(key, listed)
    return true
  }

  /** Up to `limit` keys whose bucket ended at or before `time`. */
  due(time: EventTime, limit: number): readonly string[] {
    const due: string[] = []
    const current = Math.floor(time / BUCKET_MS)
    for (const [bucket, keys] of this.keysByBucket) {
      if (bucket >= current) continue
      for (const key of keys) {
        if (due.length >= limit) return due
        due.push(key)
      }
    }
    return due
  }

  get size(): number {
    return this.bucketByKey.size
  }

  private unlist(key: string, bucket: number): void {
    const keys = this.keysByBucket.get(bucket)
    keys?.delete(key)
    if (keys?.size === 0) this.keysByBucket.delete(bucket)
  }
}
