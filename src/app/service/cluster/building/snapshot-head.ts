import type {Positions} from '../../../../engine/port/event-source.js'

/** The first line of a snapshot: of which state it is, and from where the log is to be read after it. */
export interface SnapshotHead {
  /** Of the form of what follows. */
  readonly snapshot: 1
  /** Of the state that was copied: one that was built anew since is another. */
  readonly instance: string
  readonly offset: number
  readonly positions: Positions
  /** When it was begun: ms since the epoch. */
  readonly at: number
}
