import {map, type OperatorFunction} from 'rxjs'
import type {KeyState} from '../../core/decision/key-state.js'
import type {Horizon} from '../../core/decision/rule-evaluator.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {type KeyField, MERCHANTS, TRANSACTIONS} from '../../core/event/stream.js'
import type {EventTime} from '../../core/event/time.js'
import type {PersistedVisit} from '../port/state-store.js'
import type {Featuring} from '../stage/featuring.js'
import {FurtherPlaces} from '../stage/further-places.js'
import type {KeyedStage} from '../stage/keyed-stage.js'
import {merchantOf, type Partition} from '../stage/partition.js'
import type {Sharing} from '../stage/shared-state.js'
import {parseStoreKey} from '../stage/store-key.js'
import type {AcceptedEvent, Consequence, FeaturedBatch, MatchedBatch} from './batch.js'

/**
 * Lets each accepted event enter the history of its key, in the order of arrival, and evaluates the rules that it
 * concerns, with location and merchant joined as of the transaction's time; then the same by its merchant, device and
 * address, where rules ask for it. Before that, rules that waited for something to be absent fire where their deadline
 * is reached.
 */
export function matchRules(): OperatorFunction<FeaturedBatch, MatchedBatch> {
  return map((batch) => {
    const matching = new Matching(batch.partition, batch.featuring)
    for (const state of batch.due) matching.timeWentOn(state)
    for (const state of batch.lookedBackAt) matching.lookBackAt(state)
    for (const cause of batch.profiles) matching.profileCame(cause)
    for (const cause of batch.accepted) matching.accept(cause)
    for (const cause of batch.handed) matching.takeIn(cause)
    const {consequences, visits, repartitioned, handedOver} = matching
    // Only now: what is in a parcel is earlier than the time in it.
    for (const parcel of batch.told) batch.partition.shared.exchange?.hear(parcel)
    return {...batch, consequences, visits, repartitioned, handedOver, featureRows: batch.featuring?.rows}
  })
}

class Matching {
  readonly consequences: Consequence[] = []
  readonly visits: PersistedVisit[] = []
  readonly repartitioned = new Set<KeyState>()
  readonly handedOver = new Map<AcceptedEvent, Set<number>>()
  private readonly places: FurtherPlaces

  constructor(
    private readonly partition: Partition,
    private readonly featuring: Featuring | undefined,
  ) {
    const {stages, exchange} = partition.shared
    this.places = new FurtherPlaces([...stages.values()], exchange)
  }

  timeWentOn(state: KeyState): void {
    const stage = this.stageOf(state)
    const changes = stage.evaluator.timeWentOn(state, stage.time.resolvedUpTo)
    if (changes.length > 0) this.consequences.push({cause: undefined, state, changes})
  }

  lookBackAt(state: KeyState): void {
    const changes = this.stageOf(state).lookBackAt(state)
    if (changes.length > 0) this.consequences.push({cause: undefined, state, changes})
  }

  accept(cause: AcceptedEvent): void {
    const {event, state} = cause
    const {places} = this
    // Where partitions exchange events, one that only this partition has goes to the partitions where the histories live.
    const isHandedOver = this.partition.shared.exchange !== undefined && !isEverywhere(event)
    places.look(event, state?.keyField, !isHandedOver)
    this.featuring?.take(event, state, places)
    if (state === undefined) this.profileEntered(cause)
    else this.enter(this.stageOf(state), state, cause)
    if (isHandedOver) this.handOver(cause)
    else this.enterFurther(cause)
  }

  /** An event that another partition accepted, and that concerns keys which live here. */
  takeIn(cause: AcceptedEvent): void {
    const {event} = cause
    // One that comes again, long after, is not known any more.
    const staysForEver = this.partition.bundle.streams.get(event.stream)?.neverLate === true
    if (!staysForEver && event.time < this.partition.shared.expiresBefore) return
    this.places.look(event, undefined, true)
    this.featuring?.takeIn(event, this.places)
    this.enterFurther(cause)
  }

  /** Lets an event enter one history and evaluates the stage's rules. */
  private enter(stage: KeyedStage, state: KeyState, cause: AcceptedEvent): void {
    const {event} = cause
    state.history.insert(event)
    const changes = stage.evaluator.eventEntered(state, event, horizonOf(stage, this.partition, cause))
    if (event.stream === TRANSACTIONS && stage.rules.merchantRules.length > 0) this.visit(stage, state, event)
    const isDecidedHere = event.stream === TRANSACTIONS && stage === this.partition.users
    if (changes.length > 0 || isDecidedHere) this.consequences.push({cause, state, changes})
  }

  private handOver(cause: AcceptedEvent): void {
    const {exchange} = this.partition.shared
    for (const key of this.places.keys) {
      if (key === undefined || exchange === undefined) continue
      const to = exchange.routing.of(key)
      const partitions = this.handedOver.get(cause)
      if (partitions === undefined) this.handedOver.set(cause, new Set([to]))
      else partitions.add(to)
    }
  }

  /** Lets an event enter the histories of its merchant, device and address. */
  private enterFurther(cause: AcceptedEvent): void {
    const {stages, states, enters} = this.places
    for (let i = 0; i < stages.length; i++) {
      if (!enters[i]) continue
      const state = states[i] as KeyState
      state.pending = state.pending.length === 0 ? [cause.event] : [...state.pending, cause.event]
      this.repartitioned.add(state)
      this.enter(stages[i] as KeyedStage, state, cause)
    }
  }

  private visit(stage: KeyedStage, state: KeyState, event: StoredEvent): void {
    const merchant = event.fields.merchant_id
    if (typeof merchant !== 'string') return
    const visit = {merchant, key: stage.nameOf(state.key), time: event.time}
    this.partition.shared.visits.add(visit)
    this.visits.push(visit)
  }

  /** A new version of a profile concerns the unsettled transactions at that merchant, up to the next version. */
  private profileEntered(cause: AcceptedEvent): void {
    const {merchants} = this.partition.shared
    merchants.insert(merchantOf(cause.event), cause.event)
    const owners = new Set<Sharing>()
    for (const {keyField, key, time} of this.visitsOf(cause)) {
      if (keyField === 'user_id') owners.add(this.partition.shared.ownerOf(key, this.partition))
      this.merchantChanged(keyField, key, time, cause)
    }
    for (const owner of owners) if (owner !== this.partition) owner.inbox.profiles.push(cause)
  }

  /** The same for users of this partition, where another one of the process read it. */
  profileCame(cause: AcceptedEvent): void {
    for (const {keyField, key, time} of this.visitsOf(cause))
      if (keyField === 'user_id') this.merchantChanged(keyField, key, time, cause)
  }

  private visitsOf({event}: AcceptedEvent) {
    const {merchants, visits} = this.partition.shared
    const merchant = merchantOf(event)
    const until = merchants.nextVersionTime(merchant, event)
    return visits
      .between(merchant, event.time, until)
      .map(({key: name, time}) => ({...parseStoreKey(name), time}))
  }

  private merchantChanged(keyField: KeyField, key: string, time: EventTime, cause: AcceptedEvent): void {
    const stage = this.partition.stageOf(keyField)
    const state = stage?.keys.get(key)
    if (stage === undefined || state === undefined) return
    const changes = stage.evaluator.merchantChanged(state, time, horizonOf(stage, this.partition, cause))
    if (changes.length > 0) this.consequences.push({cause, state, changes})
  }

  private stageOf({keyField}: KeyState): KeyedStage {
    return this.partition.stageOf(keyField) ?? this.partition.users
  }
}

/** Every partition has all merchants' profiles. */
function isEverywhere({stream}: StoredEvent): boolean {
  return stream === MERCHANTS
}

/** In its own partition an event is judged by the time at which it was accepted; a shared stage has its own time. */
function horizonOf(stage: KeyedStage, {users, shared}: Partition, cause: AcceptedEvent): Horizon {
  return stage === users ? cause : shared.horizonOf(cause)
}
