import type {ForgottenUser} from '../../core/forgetting/forgotten-user.js'

/** A record with its place among all that were published: `<number of its entry>.<place in it>`. */
export interface FedRecord<T> {
  readonly id: string
  readonly record: T
  /** The record as JSON, written once for all who listen. */
  readonly text: string
}

/** So many records can be read again. */
const REMEMBERED = 10_000

/** Of an entry that was published before: nobody saw more of it. */
const WHOLE_ENTRY = 999_999

/** Records as they are published, for those who listen; the latest can be read again. */
export class RecordFeed<T> {
  private readonly listeners = new Set<(records: readonly FedRecord<T>[]) => void>()
  private remembered: FedRecord<T>[] = []
  private newest: string
  /** The id of what came before those that are remembered. */
  private before: string

  /**
   * `sequence`: of the last entry that was published before. What stands in it is not remembered. `redact`: a record
   * without what tells of a user; undefined where nothing does.
   */
  constructor(
    sequence: number,
    private readonly redact: (record: T, user: ForgottenUser) => T | undefined,
  ) {
    this.newest = `${sequence}.${WHOLE_ENTRY}`
    this.before = this.newest
  }

  publish(sequence: number, records: readonly T[]): void {
    this.append(
      records.map((record, index) => {
        return {id: `${sequence}.${index}`, record, text: JSON.stringify(record)}
      }),
    )
  }

  /** The next records, where their places were given to them elsewhere. */
  append(fed: readonly FedRecord<T>[]): void {
    if (fed.length === 0) return
    this.newest = fed.at(-1)?.id ?? this.newest
    this.remembered.push(...fed)
    if (this.remembered.length > 2 * REMEMBERED) {
      this.before = this.remembered.at(-REMEMBERED - 1)?.id ?? this.before
      this.remembered = this.remembered.slice(-REMEMBERED)
    }
    for (const listener of this.listeners) listener(fed)
  }

  /** What came after the record with an id; undefined if that is not known. */
  after(id: string): readonly FedRecord<T>[] | undefined {
    if (id === this.newest) return []
    if (id === this.before) return this.remembered
    const place = this.remembered.findIndex((fed) => fed.id === id)
    return place < 0 ? undefined : this.remembered.slice(place + 1)
  }

  /** What tells of a forgotten user is remembered without it. */
  forget(user: ForgottenUser): void {
    this.remembered = this.remembered.map((fed) => {
      const record = this.redact(fed.record, user)
      return record === undefined ? fed : {id: fed.id, record, text: JSON.stringify(record)}
    })
  }

  /** The id of the newest record. */
  get lastId(): string {
    return this.newest
  }

  /** Returns how to stop listening. */
  listen(listener: (records: readonly FedRecord<T>[]) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  get listening(): number {
    return this.listeners.size
  }
}
