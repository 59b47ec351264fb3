import type {OpenedPartition, StateStore} from '../../engine/port/state-store.js'

/** Keeps nothing: for a run that is never resumed, such as a replay, whose state all fits in memory. */
export class VolatileStateStore implements StateStore {
  static readonly EMPTY: OpenedPartition = {
    epoch: 1,
    checkpoint: undefined,
    expiries: [],
    profiles: [],
    visits: [],
    outbox: [],
  }

  async open(): Promise<OpenedPartition> {
    return VolatileStateStore.EMPTY
  }

  async load(_partition: number, keys: readonly string[]): Promise<readonly undefined[]> {
    return keys.map(() => undefined)
  }

  async commit(): Promise<void> {}
}
