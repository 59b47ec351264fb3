import type {KeptFiring} from '../../core/decision/kept-firings.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {eventName, ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import type {Tombstone} from '../../core/forgetting/tombstone.js'
import type {KeyChange, PersistedEvent, PersistedJudgement, StateStore} from '../port/state-store.js'
import type {ForgottenState} from './forgotten-state.js'
import type {KeyedStage} from './keyed-stage.js'
import type {Partition} from './partition.js'

const NOTHING_ADDED: readonly StoredEvent[] = []

/** So many keys are looked at, at once. */
const CHUNK = 500

/**
 * What a partition has to let go of when a user is forgotten: the user's own histories, and the user's events in those of
 * merchants, devices and addresses. What rules said of other users' events stays said. It leaves memory at once, and the
 * store with the next commit; what comes of the user afterwards begins anew.
 */
export async function forgetUser(
  partition: Partition,
  tombstone: Tombstone,
  store: StateStore,
): Promise<ForgottenState> {
  const {users, shared, number, offset} = partition
  const user = new ForgottenUser(tombstone.user)
  const ids = [...users.expiries.keys()].filter((id) => user.is(id))
  const names = ids.map((id) => users.nameOf(id))
  const kept = (await store.load(number, names)).map((state) => state?.events ?? [])
  const events = kept.flat()
  const keys = names.map((name, i) => keyGone(name, kept[i] ?? []))
  for (const id of ids) letGo(users, id)
  shared.visits.drop(new Set(names))
  for (const {stream, id} of events) user.addEvent(stream, id)
  for (const stage of shared.stages.values()) {
    // Where keys live apart from their users, which of them are concerned can be seen from the events there only.
    const isApart = shared.exchange !== undefined
    const concerned = isApart ? [...stage.expiries.keys()] : keysIn(events, stage)
    for (let i = 0; i < concerned.length; i += CHUNK)
      keys.push(...(await goneFromStage(stage, concerned.slice(i, i + CHUNK), user, number, store)))
  }
  const said = {
    ...{user: tombstone.user, before: offset},
    events: events.map(({stream, id}) => eventName(stream, id)),
  }
  return {keys, said: tombstone.partition === number ? said : undefined}
}

function keysIn(events: readonly PersistedEvent[], stage: KeyedStage): readonly string[] {
  const keys = new Set(events.map(({fields}) => fields[stage.keyField]))
  return [...keys].filter((key) => typeof key === 'string').filter((key) => stage.expiries.has(key))
}

/** Nothing of a key is left. */
function keyGone(key: string, events: readonly PersistedEvent[]): KeyChange {
  return {
    key,
    appended: NOTHING_ADDED,
    removed: events,
    isErased: true,
    judgement: null,
    features: null,
    expiry: null,
    deadline: null,
  }
}

/** What of a stage's histories goes: it is read again from the store when it is next needed. */
async function goneFromStage(
  stage: KeyedStage,
  keys: readonly string[],
  user: ForgottenUser,
  partition: number,
  store: StateStore,
): Promise<readonly KeyChange[]> {
  const states = await store.load(
    partition,
    keys.map((key) => stage.nameOf(key)),
  )
  return keys.flatMap((key, i) => {
    const state = states[i]
    const events = state?.events ?? []
    const removed = events.filter(({stream, id, fields}) =>
      // Ids are unique within a user.
      typeof fields.user_id === 'string' ? user.is(fields.user_id) : user.hasEvent(stream, id),
    )
    if (removed.length === 0) return []
    // A device that nobody else used is the user's own, and so is what is kept of it.
    const isOwn = removed.length === events.length && stage.keyField !== 'merchant_id'
    if (isOwn) {
      letGo(stage, key)
      return [keyGone(stage.nameOf(key), removed)]
    }
    stage.keys.drop(key)
    stage.keys.takeBack(key)
    const judgement = state?.judgement && judgementWithout(state.judgement, removed)
    return [
      {
        ...{key: stage.nameOf(key), appended: NOTHING_ADDED, removed, isErased: true},
        ...{judgement, expiry: undefined, deadline: undefined},
      },
    ]
  })
}

/** What was said of the anchors that are gone goes too; of the others, it names those no more. */
function judgementWithout(
  {rules, decisions}: PersistedJudgement,
  removed: readonly PersistedEvent[],
): PersistedJudgement {
  const ids = new Set(removed.map(({id}) => id))
  const names = new Set(removed.map(({stream, id}) => eventName(stream, id)))
  return {
    rules: rules.map((kept) => ({
      ...kept,
      firings: kept.firings
        .filter(({anchor}) => !ids.has(anchor))
        .map((firing) => ({
          ...firing,
          evidence: evidenceWithout(firing.evidence, names),
        })),
    })),
    decisions,
  }
}

function evidenceWithout(
  evidence: KeptFiring['evidence'],
  names: ReadonlySet<string>,
): KeptFiring['evidence'] {
  const isNamed = ({stream, id}: {readonly stream: string; readonly id: string}) =>
    names.has(eventName(stream, id))
  if (evidence === null || !('size' in evidence)) return evidence?.filter((event) => !isNamed(event)) ?? null
  return evidence.last !== null && isNamed(evidence.last) ? {...evidence, last: null} : evidence
}

function letGo({keys, expiries, deadlines}: KeyedStage, key: string): void {
  keys.drop(key)
  keys.takeBack(key)
  expiries.delete(key)
  deadlines.delete(key)
}
