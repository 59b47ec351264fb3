import type {Bundle} from '../../core/bundle/bundle.js'
import {firstInForce} from '../../core/bundle/in-force.js'
import type {KeyState} from '../../core/decision/key-state.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {type KeyField, TRANSACTION_RANK, TRANSACTIONS} from '../../core/event/stream.js'
import type {EventTime} from '../../core/event/time.js'
import {stageFieldOf} from '../../core/feature/key-features.js'
import {FeatureReader} from '../../core/feature/read-features.js'
import type {StateStore} from '../port/state-store.js'
import type {KeyedStage} from './keyed-stage.js'
import type {Partition} from './partition.js'
import {restoreKey} from './restore.js'
import {runningBundle} from './running-bundle.js'
import {storeKey} from './store-key.js'

/** Features of one entity as of a time. */
export interface EntityFeatures {
  /** Hash of the schema that they belong to. */
  readonly schema: string
  readonly asOf: EventTime
  /** By `view.feature`; null: missing. What is worked out from a transaction itself is not among them. */
  readonly values: {readonly [feature: string]: number | null}
}

/** Whose features: cards belong to users, so that a card is named with its user. */
export interface EntityName {
  readonly entity: KeyField
  readonly id: string
  /** Of a card. */
  readonly user?: string | undefined
}

/** Comes after every event of its time. */
const LAST_ID = '\u{10ffff}'

/**
 * The windows of an entity as the model would see them in a transaction that came at a time. Undefined if no view is about such
 * entities, or nothing is known of this one.
 */
export async function featuresNow(
  name: EntityName,
  asOf: EventTime,
  partition: Partition,
  store: StateStore,
): Promise<EntityFeatures | undefined> {
  const stage = partition.stageOf(stageFieldOf(name.entity))
  const key = keyOf(name)
  if (stage === undefined || key === undefined) return undefined
  return windowsOf(await stateOf(stage, key, partition, store), name, asOf, partition.bundle)
}

/** The same of an entity whose partition is another process's: as it stood with the last commit there. */
export async function storedFeaturesNow(
  name: EntityName,
  asOf: EventTime,
  bundle: Bundle,
  partition: number,
  store: Pick<StateStore, 'load'>,
): Promise<EntityFeatures | undefined> {
  const field = stageFieldOf(name.entity)
  const key = keyOf(name)
  if (key === undefined) return undefined
  const [persisted] = await store.load(partition, [storeKey(field, key)])
  if (persisted === undefined) return undefined
  const running = runningBundle(bundle, firstInForce(bundle))
  return windowsOf(restoreKey(key, field, persisted, running), name, asOf, bundle)
}

/** A card's events are among its user's. */
function keyOf({entity, id, user}: EntityName): string | undefined {
  return entity === 'card_id' ? user : id
}

function windowsOf(
  state: KeyState | undefined,
  {entity, id}: EntityName,
  asOf: EventTime,
  {features: {plans, schema}}: Bundle,
): EntityFeatures | undefined {
  const plan = plans.find((each) => each.entity === entity)
  const logs = plan && state?.features?.knownLogsOf(plan, id)
  if (plan === undefined || logs === undefined) return undefined
  const row = new Float64Array(schema.names.length).fill(Number.NaN)
  new FeatureReader(plan).readWindows(row, 0, logs, transactionAt(asOf, entity, id))
  const values = plan.windows.map(({name, at}) => {
    const value = row[at] as number
    return [name, Number.isNaN(value) ? null : value] as const
  })
  return {schema: schema.hash, asOf, values: Object.fromEntries(values)}
}

async function stateOf(
  stage: KeyedStage,
  key: string,
  {number, running}: Partition,
  store: StateStore,
): Promise<KeyState | undefined> {
  const known = stage.keys.get(key)
  if (known !== undefined || !stage.expiries.has(key)) return known
  const [persisted] = await store.load(number, [storeKey(stage.keyField, key)])
  return restoreKey(key, stage.keyField, persisted, running)
}

function transactionAt(time: EventTime, entity: KeyField, id: string): StoredEvent {
  const common = {stream: TRANSACTIONS, rank: TRANSACTION_RANK, predicates: [], contentHash: 0}
  return {...common, id: LAST_ID, time, fields: {[entity]: id}}
}
