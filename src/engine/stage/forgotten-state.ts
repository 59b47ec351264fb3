import type {Forgetting, KeyChange} from '../port/state-store.js'

/** What goes with a user who is forgotten, and what is said of it; nothing is said but where the user's events are. */
export interface ForgottenState {
  readonly keys: readonly KeyChange[]
  readonly said: Forgetting | undefined
}
