import type {StoredEvent} from '../event/stored-event.js'
import {TRANSACTIONS} from '../event/stream.js'
import type {Evaluation} from '../expression/evaluation.js'
import type {EntityPlan, FeatureSet} from './feature-set.js'
import type {KeyFeatures} from './key-features.js'
import {FeatureReader, type TransactionJoins} from './read-features.js'

/** Single features of a key as of transactions, as conditions read them. */
export class FeatureLookup {
  private readonly readers = new Map<EntityPlan, FeatureReader>()
  private readonly values: {[name: string]: number | undefined} = {}

  constructor(
    private readonly set: FeatureSet,
    private readonly joins: TransactionJoins,
  ) {}

  /** By `view.name`; used again by the next call. */
  of(
    features: KeyFeatures | undefined,
    transaction: StoredEvent,
    names: readonly string[],
  ): Evaluation['features'] {
    if (features === undefined || transaction.stream !== TRANSACTIONS) return undefined
    for (const name of names) {
      const named = this.set.byName.get(name)
      if (named === undefined) continue
      const id = features.idOf(named.plan.entity, transaction)
      this.values[name] =
        id === undefined
          ? undefined
          : this.readerOf(named.plan).read(named, features.logsOf(named.plan, id), transaction, this.joins)
    }
    return this.values
  }

  private readerOf(plan: EntityPlan): FeatureReader {
    let reader = this.readers.get(plan)
    if (reader === undefined) {
      reader = new FeatureReader(plan)
      this.readers.set(plan, reader)
    }
    return reader
  }
}
