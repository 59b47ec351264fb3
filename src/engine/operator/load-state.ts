import {concatMap, type OperatorFunction} from 'rxjs'
import type {KeyState} from '../../core/decision/key-state.js'
import {type DecodedEvent, isRefusal, type Refusal} from '../../core/event/decode.js'
import {MERCHANTS} from '../../core/event/stream.js'
import type {StateStore} from '../port/state-store.js'
import type {KeyedStage} from '../stage/keyed-stage.js'
import type {Partition} from '../stage/partition.js'
import {WantedKeys} from '../stage/wanted-keys.js'
import type {DecodedBatch, LoadedBatch, ReceivedBatch} from './batch.js'

/** So many keys of a stage whose oldest events expired are looked at with each batch. */
const EXPIRING_KEYS_PER_BATCH = 500

/** So many keys of a stage of which a deadline is reached are looked at with each batch. */
const DUE_KEYS_PER_BATCH = 500

/** At so many keys of a stage rules look back with each batch. */
const LOOK_BACK_KEYS_PER_BATCH = 200

/** Brings the state of every key that the batch touches into memory: one request for all that are missing. */
export function loadState(
  store: StateStore,
  lookBackKeys = LOOK_BACK_KEYS_PER_BATCH,
): OperatorFunction<ReceivedBatch, LoadedBatch> {
  return concatMap(async (batch) => {
    const {partition, outcomes} = batch
    const wanted = new WantedKeys(partition)
    // What is to be forgotten must not be taken up again.
    if (batch.input.forget !== undefined) return {...batch, ...NOTHING_LOADED}
    const due = take(partition.stages, wanted, (stage) => stage.dueKeys(DUE_KEYS_PER_BATCH))
    // After a jump in time, what was waited for is said before what it is about is dropped.
    const expiring =
      due.length >= DUE_KEYS_PER_BATCH
        ? []
        : take(partition.stages, wanted, (stage) => stage.expiredKeys(EXPIRING_KEYS_PER_BATCH))
    const lookedBackAt = take(partition.stages, wanted, (stage) => stage.takeLookBackKeys(lookBackKeys))
    for (const outcome of outcomes) {
      if (isRefusal(outcome)) continue
      const {key, time} = outcome
      if (isKeyed(outcome)) wanted.add(homeStage(outcome, partition), key)
      else wanted.addNamed(partition.shared.visits.keysSince(key, time))
      wanted.addFurther(outcome)
    }
    wanted.addReceived(batch)
    await wanted.load(store)
    if (partition.bundle.features.feedbackHorizon > 0) await loadFound(batch, store)
    return {
      ...batch,
      expiring: new Map(expiring.map(({stage, key}) => [stage.stateOf(key), stage.time.expiresBefore])),
      due: due.map(({stage, key}) => stage.stateOf(key)),
      lookedBackAt: lookedBackAt.map(({stage, key}) => stage.stateOf(key)),
      states: outcomes.map((outcome) => homeOf(outcome, partition)),
    }
  })
}

const NOTHING_LOADED: Omit<LoadedBatch, keyof ReceivedBatch> = {
  states: [],
  expiring: new Map(),
  due: [],
  lookedBackAt: [],
}

/** Feedback counts for the merchant of its transaction, which is known when its user is there. */
async function loadFound({partition, outcomes}: DecodedBatch, store: StateStore): Promise<void> {
  const wanted = new WantedKeys(partition)
  for (const outcome of outcomes) if (!isRefusal(outcome)) wanted.addFound(outcome)
  await wanted.load(store)
}

interface PlacedKey {
  readonly stage: KeyedStage
  readonly key: string
}

function take(
  stages: readonly KeyedStage[],
  wanted: WantedKeys,
  keysOf: (stage: KeyedStage) => readonly string[],
): readonly PlacedKey[] {
  const taken = stages.flatMap((stage) => keysOf(stage).map((key) => ({stage, key})))
  for (const {stage, key} of taken) wanted.add(stage, key)
  return taken
}

/** An event of some key; a merchant's profile belongs to none. */
function isKeyed(event: DecodedEvent): boolean {
  return event.stream.name !== MERCHANTS
}

/** The stage by whose key the event's stream is partitioned: there it is known again, and late or not. */
function homeStage({stream}: DecodedEvent, partition: Partition): KeyedStage {
  return partition.stageOf(stream.keyField) ?? partition.users
}

function homeOf(outcome: DecodedEvent | Refusal, partition: Partition): KeyState | undefined {
  if (isRefusal(outcome) || !isKeyed(outcome)) return undefined
  return homeStage(outcome, partition).stateOf(outcome.key)
}
