import type {TimelineEvent} from '../../core/case/timeline.js'
import type {KeyField} from '../../core/event/stream.js'

/** What happened to a key. */
export interface TimelineReader {
  /** Its events as far as they are kept, in the total order; none for a key that is not known. */
  events(keyField: KeyField, key: string): Promise<readonly TimelineEvent[]>
}
