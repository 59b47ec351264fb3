import type {EventTime} from '../../src/core/event/time.js'
import type {PersistedJudgement, PersistedKey, StateStore} from '../../src/engine/port/state-store.js'
import {keyChange, NOON, transaction} from './samples.js'

export interface StateStoreHarness {
  readonly store: StateStore
  /** What a new process finds: the same data, nothing in memory. */
  restart(): Promise<StateStore>
  dispose(): Promise<void>
}

export const JUDGEMENT: PersistedJudgement = {
  rules: [
    {
      rule: 'geo-jump',
      version: 3,
      keyValue: 'u1',
      lookahead: 3_600_000,
      cooldown: null,
      lastSettledAlert: null,
      firings: [
        {
          anchor: 't1',
          time: NOON,
          alertId: 'a1',
          alerted: true,
          nextRevision: 1,
          truncated: false,
          fires: false,
          deadline: null,
          evidence: null,
        },
      ],
    },
  ],
  decisions: [
    {
      transaction: 't1',
      decision: 'review',
      revision: 0,
      hits: [
        {
          rule: {id: 'geo-jump', version: 3, action: 'review', score: 80},
          alertId: null,
          reason: 'x',
        },
      ],
    },
  ],
}

export function added(key: string, id: string, time: EventTime = NOON, judgement?: PersistedJudgement) {
  return keyChange(key, {appended: [transaction(id, time)], judgement})
}

export async function load(store: StateStore, key: string): Promise<PersistedKey | undefined> {
  const [loaded] = await store.load(0, [key])
  return loaded
}

export async function ids(store: StateStore, partition: number, key: string): Promise<string[] | undefined> {
  const [loaded] = await store.load(partition, [key])
  return loaded?.events.map(({id}) => id)
}
