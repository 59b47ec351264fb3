import type {AlertRecord} from '../../core/decision/records.js'
import type {AlertView} from '../../engine/port/read-model.js'
import type {EmbeddedDatabase} from './database.js'
import {ALERT_PLACES, ALERTS, afterNumber, numberOf, under} from './keyspace.js'

/** Records that are read at once. */
const CHUNK = 500

/** The alerts that stand and are not about anything before an event time (ms), the newest first, so many at most. */
export async function* newestAlerts(
  {level}: EmbeddedDatabase,
  from: number,
  most: number,
): AsyncGenerator<AlertRecord> {
  const keys = level.keys({...under(ALERT_PLACES), limit: most})
  try {
    for (let chunk = await keys.nextv(CHUNK); chunk.length > 0; chunk = await keys.nextv(CHUNK)) {
      const places = chunk.map((key) => key.slice(ALERT_PLACES.length))
      const recent = places.filter((place) => -numberOf(place) >= from)
      for (const text of await level.getMany(recent.map((place) => ALERTS + afterNumber(place)))) {
        const view = text === undefined ? undefined : (JSON.parse(text) as AlertView)
        if (view !== undefined && view.status !== 'retracted') yield view.alert
      }
      if (recent.length < places.length) return
    }
  } finally {
    await keys.close()
  }
}
