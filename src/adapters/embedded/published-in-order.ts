import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import {compareIds} from '../../core/event/order.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {isRedacted} from '../../core/forgetting/forgotten-alert.js'
import type {AlertView} from '../../engine/port/read-model.js'
import type {EmbeddedDatabase} from './database.js'
import {
  ALERT_PLACES,
  ALERTS,
  afterNumber,
  ceilForKey,
  DECISION_PLACES,
  DECISIONS,
  descendingPart,
  type KeyRange,
  numberOf,
  numberPart,
  SERVED_FEATURES,
  under,
} from './keyspace.js'

/** Event times in ms, the end excluded; infinite where there is no limit. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** Records that are read at once. */
const CHUNK = 500

/** The alerts that stand, by event time and id; not those from which a forgotten user was taken out. */
export async function* standingAlerts(
  database: EmbeddedDatabase,
  {from, to}: TimeSpan,
): AsyncGenerator<AlertRecord> {
  // The newest have the smallest keys.
  const range = {
    gte: ALERT_PLACES + descendingPart(ceilForKey(to) - 1),
    lt: ALERT_PLACES + descendingPart(ceilForKey(from) - 1),
  }
  const parse = (text: string) => JSON.parse(text) as AlertView
  for await (const views of byTime(database, {...range, reverse: true}, ALERT_PLACES, ALERTS, parse)) {
    const standing = views
      .filter(({status, alert}) => status !== 'retracted' && !isRedacted(alert))
      .map(({alert}) => alert)
    yield* standing.sort((a, b) => compareIds(a.alert_id, b.alert_id))
  }
}

/** The last revision of each decision, by event time and transaction. */
export async function* lastDecisions(
  database: EmbeddedDatabase,
  span: TimeSpan,
): AsyncGenerator<DecisionRecord> {
  const parse = (text: string) => JSON.parse(text) as DecisionRecord
  for await (const decisions of byTime(database, decisionRange(span), DECISION_PLACES, DECISIONS, parse))
    yield* decisions.sort((a, b) => compareIds(a.transaction_id, b.transaction_id))
}

/** The features of decided transactions as they were served, by event time and transaction. */
export async function* servedFeatures(
  database: EmbeddedDatabase,
  span: TimeSpan,
): AsyncGenerator<FeatureRecord> {
  const parse = (text: string) => JSON.parse(text) as FeatureRecord
  for await (const records of byTime(database, decisionRange(span), DECISION_PLACES, SERVED_FEATURES, parse))
    yield* records.sort((a, b) => compareIds(a.transaction_id, b.transaction_id))
}

/** Whether any features were served. */
export async function hasServed({level}: EmbeddedDatabase): Promise<boolean> {
  return (await level.keys({...under(SERVED_FEATURES), limit: 1}).all()).length > 0
}

function decisionRange({from, to}: TimeSpan): KeyRange {
  return {
    gte: DECISION_PLACES + numberPart(ceilForKey(from)),
    lt: DECISION_PLACES + numberPart(ceilForKey(to)),
  }
}

/** Records of one event time after the other. */
async function* byTime<T>(
  {level}: EmbeddedDatabase,
  range: KeyRange & {readonly reverse?: boolean},
  places: string,
  records: string,
  parse: (text: string) => T,
): AsyncGenerator<T[]> {
  let together: T[] = []
  let time = Number.NaN
  const keys = level.keys(range)
  try {
    for (let chunk = await keys.nextv(CHUNK); chunk.length > 0; chunk = await keys.nextv(CHUNK)) {
      const found = chunk.map((key) => key.slice(places.length))
      const texts = await level.getMany(found.map((place) => records + afterNumber(place)))
      for (const [i, place] of found.entries()) {
        const text = texts[i]
        if (text === undefined) continue
        if (numberOf(place) !== time) {
          if (together.length > 0) yield together
          together = []
          time = numberOf(place)
        }
        together.push(parse(text))
      }
    }
  } finally {
    await keys.close()
  }
  if (together.length > 0) yield together
}
