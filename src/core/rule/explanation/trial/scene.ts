import type {Rates} from '../../../event/rates.js'
import type {StoredEvent} from '../../../event/stored-event.js'
import {type Stream, TRANSACTIONS} from '../../../event/stream.js'
import type {EventTime} from '../../../event/time.js'
import type {Evaluation} from '../../../expression/evaluation.js'
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

  constructor(private readonly scene: Scene) {
    this.limits = scene.settings
    for (const event of scene.events) this.history.insert(event)
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

  /** What is counted while a rule runs is not counted here: nothing happens. */
  countMissingInput(): void {}

  countTruncated(): void {}
}
