import type {KeyState} from '../../core/decision/key-state.js'

/**
 * The keys whose state is in memory, the longest unused first. Keys beyond the capacity are dropped between batches,
 * when all their changes are committed.
 */
export class KeyCache {
  private states = new Map<string, KeyState>()
  /** As they were under the bundle before: to be prepared for the one in force when they are next used. */
  private former = new Map<string, KeyState>()

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

  /** Another bundle came into force: no state can be used as it is. */
  setAside(): void {
    const {states, former} = this
    for (const [key, state] of states) former.set(key, state)
    this.states = new Map()
  }

  /** A state that was set aside, which is no longer so. */
  takeBack(key: string): KeyState | undefined {
    const state = this.former.get(key)
    this.former.delete(key)
    return state
  }

  /** What is in memory is not all that the store holds by now. */
  clear(): void {
    this.states = new Map()
    this.former = new Map()
  }

  /** Makes room by dropping the keys that were not used for the longest time, but none of those in use. */
  evict(inUse: Iterable<KeyState | undefined>): void {
    if (this.size <= this.capacity) return
    const kept = new Set<KeyState>()
    for (const state of inUse) {
      // Those in use may be of other stages.
      if (state === undefined || this.states.get(state.key) !== state) continue
      this.states.delete(state.key)
      this.states.set(state.key, state)
      kept.add(state)
    }
    for (const key of this.former.keys()) {
      if (this.size <= this.capacity) return
      this.former.delete(key)
    }
    for (const [key, state] of this.states) {
      if (this.size <= this.capacity || kept.has(state)) return
      this.states.delete(key)
    }
  }

  get size(): number {
    return this.states.size + this.former.size
  }
}
