import type {DecodedEvent} from '../../core/event/decode.js'
import {FEEDBACK, TRANSACTION_RANK, TRANSACTIONS} from '../../core/event/stream.js'
import type {ReceivedBatch} from '../operator/batch.js'
import type {StateStore} from '../port/state-store.js'
import type {KeyedStage} from './keyed-stage.js'
import {merchantOf, type Partition} from './partition.js'
import {carryOver, restoreKey} from './restore.js'
import {retireBeyondCap} from './retire-beyond-cap.js'
import {parseStoreKey} from './store-key.js'

/** The keys, of all stages of a partition, that have to be in memory for what comes next. */
export class WantedKeys {
  private readonly missing = new Map<string, {readonly stage: KeyedStage; readonly key: string}>()
  private readonly further: readonly KeyedStage[]

  constructor(private readonly partition: Partition) {
    this.further = [...partition.shared.stages.values()]
  }

  /** Only what the store holds is loaded; any other key begins empty. */
  add(stage: KeyedStage, key: string): void {
    if (stage.keys.get(key) === undefined && stage.expiries.has(key))
      this.missing.set(stage.nameOf(key), {stage, key})
  }

  /** Keys under the names by which the store knows them. */
  addNamed(names: readonly string[]): void {
    for (const name of names) {
      const {keyField, key} = parseStoreKey(name)
      const stage = this.partition.stageOf(keyField)
      if (stage !== undefined) this.add(stage, key)
    }
  }

  /** The keys by other fields whose histories an event may enter, or whose features are read for it. */
  addFurther({stream, wire}: DecodedEvent): void {
    for (const stage of this.further) {
      const key = wire[stage.keyField]
      const isRead = stream.name === TRANSACTIONS && stage.hasFeatures
      if ((isRead || stage.takes(stream.name)) && typeof key === 'string') this.add(stage, key)
    }
  }

  /** The keys that other partitions hand events to, the users of whom they found something, and whom their profiles concern. */
  addReceived({handed, findings, profiles}: Pick<ReceivedBatch, 'handed' | 'findings' | 'profiles'>): void {
    for (const {event} of handed) {
      for (const stage of this.further) {
        const key = event.fields[stage.keyField]
        if (stage.takes(event.stream) && typeof key === 'string') this.add(stage, key)
      }
    }
    for (const {user} of findings) this.add(this.partition.users, user)
    for (const {event} of profiles)
      this.addNamed(this.partition.shared.visits.keysSince(merchantOf(event), event.time))
  }

  /** The keys by other fields that feedback does not name itself, but the transaction that it is about. */
  addFound({stream, key, wire}: DecodedEvent): void {
    if (stream.name !== FEEDBACK || typeof wire.transaction_id !== 'string') return
    const user = this.partition.users.keys.get(key)
    const transaction = user?.history.series(TRANSACTION_RANK)?.find(wire.transaction_id)
    for (const stage of this.further) {
      const found = transaction?.fields[stage.keyField]
      if (stage.takes(stream.name) && typeof found === 'string') this.add(stage, found)
    }
  }

  async load(store: StateStore): Promise<void> {
    if (this.missing.size === 0) return
    const {number, running} = this.partition
    for (const [name, {stage, key}] of this.missing) {
      const former = stage.keys.takeBack(key)
      if (former === undefined) continue
      this.missing.delete(name)
      stage.keys.put(carryOver(former, running))
    }
    if (this.missing.size === 0) return
    const found = await store.load(number, [...this.missing.keys()])
    for (const [i, {stage, key}] of [...this.missing.values()].entries()) {
      const state = restoreKey(key, stage.keyField, found[i], running)
      // The store keeps a hot key's events whole.
      for (const {rank} of running.bundle.streams.values())
        retireBeyondCap(this.partition, stage, state.history, rank)
      stage.keys.put(state)
    }
  }
}
