import type {KeptFiring} from '../../core/decision/kept-firings.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {eventName, ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import type {Tombstone} from '../../core/forgetting/tombstone.js'
import type {
  Forgetting,
  KeyChange,
  PersistedEvent,
  PersistedJudgement,
  PersistedKey,
  StateStore,
} from '../port/state-store.js'
import type {KeyedStage} from './keyed-stage.js'
import type {Partition} from './partition.js'

/** What goes with a user, and what is said of it. */
export interface ForgottenState {
  readonly keys: readonly KeyChange[]
  readonly said: Forgetting | undefined
}

const NOTHING_ADDED: readonly StoredEvent[] = []

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
  const own = names.map((name, i) => ownKeyGone(name, kept[i] ?? []))
  for (const id of ids) letGo(users, id)
  shared.visits.drop(new Set(names))
  const further = await Promise.all(
    [...shared.stages.values()].map((stage) => goneFromStage(stage, events, number, store)),
  )
  const said = {
    user: tombstone.user,
    before: offset,
    events: events.map(({stream, id}) => eventName(stream, id)),
  }
  return {keys: [...own, ...further.flat()], said: tombstone.partition === number ? said : undefined}
}

function ownKeyGone(key: string, events: readonly PersistedEvent[]): KeyChange {
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
  events: readonly PersistedEvent[],
  partition: number,
  store: StateStore,
): Promise<readonly KeyChange[]> {
  const keys = [...new Set(events.map(({fields}) => fields[stage.keyField]))]
  const known = keys.filter((key) => typeof key === 'string').filter((key) => stage.expiries.has(key))
  const states = await store.load(
    partition,
    known.map((key) => stage.nameOf(key)),
  )
  const gone = new Map(events.map((event) => [eventName(event.stream, event.id), event]))
  return known.flatMap((key, i) => {
    const change = goneFromKey(stage.nameOf(key), states[i], gone)
    if (change === undefined) return []
    stage.keys.drop(key)
    stage.keys.takeBack(key)
    return [change]
  })
}

function goneFromKey(
  key: string,
  state: PersistedKey | undefined,
  gone: ReadonlyMap<string, PersistedEvent>,
): KeyChange | undefined {
  const removed = (state?.events ?? []).filter(
    ({stream, id, contentHash}) => gone.get(eventName(stream, id))?.contentHash === contentHash,
  )
  if (removed.length === 0) return undefined
  const judgement = state?.judgement && judgementWithout(state.judgement, removed)
  return {
    ...{key, appended: NOTHING_ADDED, removed, isErased: true},
    ...{judgement, expiry: undefined, deadline: undefined},
  }
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
