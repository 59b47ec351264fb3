import type {Rates} from '../../../event/rates.js'
import type {StoredEvent} from '../../../event/stored-event.js'
import {type KeyField, type Stream, TRANSACTIONS} from '../../../event/stream.js'
import type {EventTime} from '../../../event/time.js'
import type {Evaluation} from '../../../expression/evaluation.js'
import {FeatureLookup} from '../../../feature/feature-lookup.js'
import {type FeatureSet, NO_FEATURES} from '../../../feature/feature-set.js'
import {KeyFeatures} from '../../../feature/key-features.js'
import {locationAsOf} from '../../../history/as-of-join.js'
import {KeyHistory} from '../../../history/key-history.js'
import {VersionedTable} from '../../../history/versioned-table.js'
import type {KeyView, Limits} from '../../form.js'

/** All that a rule looks at. */
export interface Scene {
  /** The events of one key, in any order. */
  readonly events: readonly StoredEvent[]
  /** All versions of the merchants' profiles. */
  readonly profiles: readonly StoredEvent[]
  readonly streams: ReadonlyMap<string, Stream>
  readonly rates: Rates
  readonly settings: Limits & {readonly locationMaxAge: number}
  /** The feature views, and the field of the key; absent where there are no views. */
  readonly views?: {readonly features: FeatureSet; readonly keyField: KeyField} | undefined
}

/** A scene as evaluations see it. */
export class SceneView implements KeyView {
  readonly history = new KeyHistory()
  readonly limits: Limits
  readonly evaluation: Evaluation = {
    bound: [],
    groups: [],
    location: undefined,
    merchant: undefined,
    features: undefined,
    anchorTime: 0 as EventTime,
  }
  private readonly merchants = new VersionedTable()
  private readonly features: KeyFeatures | undefined
  private readonly lookup: FeatureLookup

  constructor(private readonly scene: Scene) {
    this.limits = scene.settings
    const {views} = scene
    this.features = views && new KeyFeatures(views.features, views.keyField, '')
    this.lookup = new FeatureLookup(views?.features ?? NO_FEATURES, this)
    for (const event of scene.events) {
      this.history.insert(event)
      this.features?.insert(event)
    }
    for (const profile of scene.profiles) this.merchants.insert(String(profile.fields.merchant_id), profile)
  }

  locationAsOf(transaction: StoredEvent): StoredEvent | undefined {
    if (transaction.stream !== TRANSACTIONS) return undefined
    return locationAsOf(this.history, transaction, this.scene.settings.locationMaxAge)
  }

  merchantAsOf(transaction: StoredEvent): StoredEvent | undefined {
    const id = transaction.fields.merchant_id
    return typeof id === 'string' ? this.merchants.asOf(id, transaction.time) : undefined
  }

  featuresAsOf(transaction: StoredEvent, names: readonly string[]): Evaluation['features'] {
    return this.lookup.of(this.features, transaction, names)
  }

  /** What is counted while a rule runs is not counted here: nothing happens. */
  countMissingInput(): void {}

  countTruncated(): void {}
}
