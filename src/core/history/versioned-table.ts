import type {StoredEvent} from '../event/stored-event.js'
import {END_OF_TIME, type EventTime} from '../event/time.js'
import {EventSeries} from './event-series.js'

/** Profiles by id, each with all its versions: what was known of a merchant as of a time. */
export class VersionedTable {
  private readonly versionsById = new Map<string, EventSeries>()

  insert(id: string, version: StoredEvent): void {
    let versions = this.versionsById.get(id)
    if (versions === undefined) {
      versions = new EventSeries()
      this.versionsById.set(id, versions)
    }
    versions.insert(version)
  }

  /** The newest version valid from `time` or earlier. */
  asOf(id: string, time: EventTime): StoredEvent | undefined {
    return this.versionsById.get(id)?.newestAtOrBefore(time)
  }

  find(id: string, versionId: string): StoredEvent | undefined {
    return this.versionsById.get(id)?.find(versionId)
  }

  /** When the version after `version` becomes valid. */
  nextVersionTime(id: string, version: StoredEvent): EventTime {
    const versions = this.versionsById.get(id)
    const next = versions?.events[versions.firstAtOrAfter(version.time + 1)]
    return next?.time ?? END_OF_TIME
  }

  get size(): number {
    return this.versionsById.size
  }
}
