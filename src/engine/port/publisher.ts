import type {OutboxEntry} from './state-store.js'

/**
 * Where decisions, alerts, dead letters and late inputs go. May be given the same entry again after a crash:
 * ids and revisions are the same, so that each record counts once.
 */
export interface Publisher {
  /** Resolves when the entry is safe at its destination. */
  publish(entry: OutboxEntry): Promise<void>
}
