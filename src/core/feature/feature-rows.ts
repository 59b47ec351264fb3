import type {StoredEvent} from '../event/stored-event.js'
import {ENTITIES} from './entity-builder.js'
import type {EntityPlan, FeatureSchema, FeatureSet} from './feature-set.js'
import type {EntityLogs} from './read-features.js'

/** The features of a batch's transactions as they were served: one row after the other. */
export class FeatureRows {
  readonly schema: FeatureSchema
  /** NaN: missing. Row i begins at i times the number of names. */
  readonly values: Float64Array
  /**
   * How long (ms) before each transaction the newest other event was that its entities' features had seen, by `ENTITIES`; NaN: there
   * was none.
   */
  readonly ages: Float64Array
  readonly transactions: StoredEvent[] = []
  readonly users: string[] = []

  /** `withheld`: columns that nobody here can fill in, whatever is known elsewhere. */
  constructor(
    {schema}: Pick<FeatureSet, 'schema'>,
    count: number,
    readonly withheld: readonly number[] = [],
  ) {
    this.schema = schema
    this.values = new Float64Array(count * schema.names.length).fill(Number.NaN)
    this.ages = new Float64Array(count * ENTITIES.length).fill(Number.NaN)
  }

  /** Begins the row of a transaction. Returns where it begins. */
  begin(transaction: StoredEvent, user: string): number {
    this.users.push(user)
    return (this.transactions.push(transaction) - 1) * this.schema.names.length
  }

  /** Notes how old what an entity's features knew was, for the row that was begun last. */
  noteAge({index}: EntityPlan, logs: EntityLogs, {time, id}: StoredEvent): void {
    let newest = Number.NEGATIVE_INFINITY
    for (const log of logs) {
      let row = log.firstAfter(time) - 1
      while (row >= log.head && log.at(0, row) === time && log.ids[row] === id) row--
      if (row >= log.head) newest = Math.max(newest, log.at(0, row))
    }
    const at = (this.transactions.length - 1) * ENTITIES.length + index
    this.ages[at] = newest === Number.NEGATIVE_INFINITY ? Number.NaN : time - newest
  }
}
