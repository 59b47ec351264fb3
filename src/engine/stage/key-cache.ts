import {emptyKeyState, type KeyState} from '../../core/decision/key-state.js'

/**
 * The keys whose state is in memory, the longest unused first. Keys beyond the capacity are dropped between batches,
 * when all their changes are committed.
 */
export class KeyCache {
  private readonly states = new Map<string, KeyState>()

  constructor(private readonly capacity: number) {}

  has(key: string): boolean {
    return this.states.has(key)
  }

  /** A key's state; a new, empty one for a key that was never seen. */
  get(key: string): KeyState {
    let state = this.states.get(key)
    if (state === undefined) {
      state = emptyKeyState(key)
      this.states.set(key, state)
    }
    return state
  }

  put(state: KeyState): void {
    this.states.set(state.key, state)
  }

  drop(key: string): void {
    this.states.delete(key)
  }

  /** Makes room, dropping keys that `inUse` does not hold. */
  evict(inUse: ReadonlySet<string>): void {
    if (this.states.size <= this.capacity) return
    for (const key of inUse) this.touch(key)
    for (const key of this.states.keys()) {
      if (this.states.size <= this.capacity) return
      if (!inUse.has(key)) this.states.delete(key)
    }
  }

  get size(): number {
    return this.states.size
  }

  private touch(key: string): void {
    const state = this.states.get(key)
    if (state === undefined) return
    this.states.delete(key)
    this.states.set(key, state)
  }
}
