import type {OpenedPartition, PersistedKey, StateStore} from '../../engine/port/state-store.js'

/** A store that keeps nothing, for a run that is never resumed, such as a replay: all state is in the engine's memory. */
export class VolatileStateStore implements StateStore {
  async open(): Promise<OpenedPartition> {
    return {
      epoch: 1,
      checkpoint: undefined,
      inForce: undefined,
      expiries: [],
      deadlines: [],
      profiles: [],
      visits: [],
      outbox: [],
    }
  }

  async load(_partition: number, keys: readonly string[]): Promise<readonly (PersistedKey | undefined)[]> {
    return keys.map(() => undefined)
  }

  async commit(): Promise<void> {}

  async addFields(): Promise<void> {}
}
