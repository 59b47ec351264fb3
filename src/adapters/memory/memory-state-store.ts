import type {InForce} from '../../core/bundle/in-force.js'
import type {Fields} from '../../core/event/stored-event.js'
import type {EventTime} from '../../core/event/time.js'
import {
  type AddedFields,
  type Checkpoint,
  type Commit,
  type EventPlace,
  type KeyChange,
  OffsetMismatchError,
  type OpenedPartition,
  type OutboxEntry,
  type PersistedEvent,
  type PersistedJudgement,
  type PersistedKey,
  type PersistedVisit,
  StaleEpochError,
  type StateStore,
} from '../../engine/port/state-store.js'

interface StoredKey {
  readonly events: Map<string, PersistedEvent>
  judgement: PersistedJudgement | undefined
  features: string | undefined
  expiry: EventTime | undefined
  deadline: EventTime | undefined
}

interface StoredPartition {
  epoch: number
  checkpoint: Checkpoint | undefined
  inForce: InForce | undefined
  readonly keys: Map<string, StoredKey>
  readonly profiles: Map<string, PersistedEvent>
  visits: PersistedVisit[]
  readonly outbox: Map<number, OutboxEntry>
}

/**
 * Keyed state in memory, by value: nothing that went in or came out is shared with it. A crash is simulated by leaving
 * an owner and opening the partition again on the same store.
 */
export class MemoryStateStore implements StateStore {
  private readonly partitions = new Map<number, StoredPartition>()

  async open(partition: number): Promise<OpenedPartition> {
    const stored = this.partition(partition)
    stored.epoch++
    const {epoch, checkpoint, inForce, keys, profiles, visits, outbox} = stored
    const expiries: [string, EventTime][] = []
    const deadlines: [string, EventTime][] = []
    for (const [key, {expiry, deadline}] of keys) {
      if (expiry !== undefined) expiries.push([key, expiry])
      if (deadline !== undefined) deadlines.push([key, deadline])
    }
    return structuredClone({
      epoch,
      checkpoint,
      inForce,
      expiries,
      deadlines,
      profiles: [...profiles.values()],
      visits,
      outbox: [...outbox.values()],
    })
  }

  async load(partition: number, keys: readonly string[]): Promise<readonly (PersistedKey | undefined)[]> {
    const stored = this.partition(partition)
    return keys.map((key) => {
      const {events, judgement, features} = stored.keys.get(key) ?? NOTHING
      if (events.size === 0 && judgement === undefined && features === undefined) return undefined
      const inOrder = [...events.values()].sort((a, b) => a.time - b.time)
      return structuredClone({events: inOrder, judgement, ...(features === undefined ? {} : {features})})
    })
  }

  async commit(partition: number, commit: Commit): Promise<void> {
    const stored = this.partition(partition)
    const {epoch, fromOffset} = commit
    if (epoch !== stored.epoch || epoch === 0) throw new StaleEpochError(partition, epoch, stored.epoch)
    const offset = stored.checkpoint?.offset ?? 0
    if (fromOffset !== offset) throw new OffsetMismatchError(partition, fromOffset, offset)
    // What cannot be cloned throws here, before the first change.
    apply(structuredClone(commit), stored)
  }

  async addFields(partition: number, added: readonly AddedFields[]): Promise<void> {
    const {keys} = this.partition(partition)
    for (const {key, contentHash, fields, ...place} of structuredClone(added)) {
      const events = keys.get(key)?.events
      const event = events?.get(placeOf(place))
      if (event?.contentHash === contentHash)
        events?.set(placeOf(place), {...event, fields: {...fields, ...present(event.fields)}})
    }
  }

  private partition(number: number): StoredPartition {
    let stored = this.partitions.get(number)
    if (stored === undefined) {
      stored = {
        epoch: 0,
        checkpoint: undefined,
        inForce: undefined,
        keys: new Map(),
        profiles: new Map(),
        visits: [],
        outbox: new Map(),
      }
      this.partitions.set(number, stored)
    }
    return stored
  }
}

const NOTHING: StoredKey = {
  events: new Map(),
  judgement: undefined,
  features: undefined,
  expiry: undefined,
  deadline: undefined,
}

function apply(commit: Commit, stored: StoredPartition): void {
  stored.checkpoint = commit.checkpoint
  stored.inForce = commit.inForce ?? stored.inForce
  for (const change of commit.keys) applyToKey(change, stored.keys)
  for (const {stream, time, id, contentHash, fields} of commit.profiles) {
    stored.profiles.set(id, {stream, time, id, contentHash, fields})
  }
  stored.visits = [...stored.visits, ...commit.visits].filter(({time}) => time > commit.visitsSettledUpTo)
  for (const sequence of stored.outbox.keys()) {
    if (sequence <= commit.publishedUpTo) stored.outbox.delete(sequence)
  }
  if (commit.outbox !== undefined) stored.outbox.set(commit.outbox.sequence, commit.outbox)
}

function applyToKey(
  {key, appended, removed, judgement, features, expiry, deadline}: KeyChange,
  keys: Map<string, StoredKey>,
): void {
  const state = keys.get(key) ?? {...NOTHING, events: new Map()}
  for (const {stream, time, id, contentHash, fields} of appended) {
    state.events.set(placeOf({stream, time, id}), {stream, time, id, contentHash, fields})
  }
  for (const place of removed) state.events.delete(placeOf(place))
  if (judgement !== undefined) state.judgement = judgement ?? undefined
  if (features !== undefined) state.features = features ?? undefined
  if (expiry !== undefined) state.expiry = expiry ?? undefined
  if (deadline !== undefined) state.deadline = deadline ?? undefined
  const listed = state.expiry ?? state.deadline
  const isBare = state.judgement === undefined && state.features === undefined && listed === undefined
  const isEmpty = state.events.size === 0 && isBare
  if (isEmpty) keys.delete(key)
  else keys.set(key, state)
}

/** Without what is there and undefined, which says that it is missing. */
function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function placeOf({stream, time, id}: EventPlace): string {
  return JSON.stringify([stream, time, id])
}
