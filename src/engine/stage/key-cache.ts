import type {KeyState} from '../../core/decision/key-state.js'

/**
 * The keys whose state is in memory, the longest unused first. Keys beyond the capacity are dropped between batches,
 * when all their changes are committed.
 */
export class KeyCache {
  private readonly states = new Map<string, KeyState>()

  constructor(private readonly capacity: number) {}

  get(key: string): KeyState | undefined {
    return this.states.get(key)
  }

  put(state: KeyState): void {
    this.states.set(state.key, state)
  }

  drop(key: string): void {
    this.states.delete(key)
  }

  /** Makes room by dropping the keys that were not used for the longest time, but none of those in use. */
  evict(inUse: Iterable<KeyState | undefined>): void {
    if (this.states.size <= this.capacity) return
    const kept = new Set<KeyState>()
    for (const state of inUse) {
      // Those in use may be of other stages.
      if (state === undefined || this.states.get(state.key) !== state) continue
      this.states.delete(state.key)
      this.states.set(state.key, state)
      kept.add(state)
    }
    for (const [key, state] of this.states) {
      if (this.states.size <= this.capacity || kept.has(state)) return
      this.states.delete(key)
    }
  }

  get size(): number {
    return this.states.size
  }
}
