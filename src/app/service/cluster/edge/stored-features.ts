import type {FeaturesService} from '../../../../adapters/http/features-route.js'
import type {Bundle} from '../../../../core/bundle/bundle.js'
import type {EventTime} from '../../../../core/event/time.js'
import type {Clock} from '../../../../engine/port/clock.js'
import type {StateStore} from '../../../../engine/port/state-store.js'
import {
  type EntityFeatures,
  type EntityName,
  featuresNow,
  storedFeaturesNow,
} from '../../../../engine/stage/features-now.js'
import type {Partition} from '../../../../engine/stage/partition.js'

export interface StoredFeaturesParts {
  readonly store: StateStore
  readonly clock: Clock
  readonly bundle: () => Bundle
  /** Where a key's histories are. */
  readonly partitionOf: (key: string) => number
  /** Undefined for one that is another process's. */
  readonly ownPartition: (number: number) => Partition | undefined
}

/** Features as the model would see them now, whichever worker has the entity. */
export class StoredFeatures implements FeaturesService {
  constructor(private readonly parts: StoredFeaturesParts) {}

  entities() {
    return this.parts.bundle().features.plans.map(({entity}) => entity)
  }

  featuresNow(name: EntityName): Promise<EntityFeatures | undefined> {
    const {store, clock, bundle, partitionOf, ownPartition} = this.parts
    const asOf = clock.now() as number as EventTime
    const number = partitionOf(name.user ?? name.id)
    const own = ownPartition(number)
    return own === undefined
      ? storedFeaturesNow(name, asOf, bundle(), number, store)
      : featuresNow(name, asOf, own, store)
  }
}
