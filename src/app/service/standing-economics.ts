import type {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {newestAlerts} from '../../adapters/embedded/newest-alerts.js'
import {publishedVerdicts} from '../../adapters/embedded/published-verdicts.js'
import type {EmbeddedReadModel} from '../../adapters/embedded/read-model.js'
import type {EconomicsReader} from '../../adapters/telemetry/economics-metrics.js'
import type {Verdict} from '../../core/case/verdict.js'
import {type RunEconomics, toEconomics} from '../../core/comparison/economics.js'
import {QualityMeter} from '../../core/comparison/quality-meter.js'
import {Verdicts} from '../../core/comparison/verdicts.js'
import type {EventTime} from '../../core/event/time.js'
import type {Rule} from '../../core/rule/rule.js'
import type {Clock} from '../../engine/port/clock.js'

const WINDOW_MS = 30 * 86_400_000
/** It reads what was published of a month: figures of verdicts that take days need not be fresher. */
const EVERY_MS = 5 * 60_000
const MOST_ALERTS = 50_000

/** What the rules are worth by what was published in the last month, worked out when somebody asks, and then kept for five minutes. */
export function standingEconomics(
  database: EmbeddedDatabase,
  readModel: EmbeddedReadModel,
  rulesInForce: () => readonly Pick<Rule, 'id' | 'mode'>[],
  clock: Clock,
): EconomicsReader {
  let known: Promise<RunEconomics | undefined> | undefined
  let knownSince = Number.NEGATIVE_INFINITY
  return () => {
    const now = clock.now()
    if (known === undefined || now - knownSince >= EVERY_MS) {
      known = measured(database, readModel, rulesInForce())
      // What failed is tried again when somebody asks again.
      known.catch(() => {
        known = undefined
      })
      knownSince = now
    }
    return known
  }
}

async function measured(
  database: EmbeddedDatabase,
  readModel: EmbeddedReadModel,
  rules: readonly Pick<Rule, 'id' | 'mode'>[],
): Promise<RunEconomics | undefined> {
  const newest = await readModel.newestEventTime()
  if (newest === undefined) return undefined
  const from = newest - WINDOW_MS
  const verdicts = new Verdicts()
  const frauds = new Map<string, Verdict>()
  for await (const verdict of publishedVerdicts(database)) {
    const {transaction_id: transaction, feedback_id: id, verdict: said, event_time} = verdict
    if (transaction === null) continue
    verdicts.addOnTransaction(transaction, {verdict: said, id, time: Date.parse(event_time) as EventTime})
    if (said === 'fraud') frauds.set(JSON.stringify([verdict.user_id, transaction]), verdict)
  }
  const labels = verdicts.isEmpty ? undefined : verdicts.toLabels()
  const meter = new QualityMeter(rules, labels, new Set())
  for await (const alert of newestAlerts(database, from, MOST_ALERTS)) meter.addAlert(alert)
  for (const {transaction_id, user_id} of frauds.values()) {
    const decision = await readModel.decision(transaction_id as string, user_id)
    const time = decision === undefined ? Number.NaN : Date.parse(decision.event_time)
    if (decision === undefined || time < from) continue
    const features = await readModel.featuresOf(transaction_id as string, user_id)
    meter.addDecision(decision, time, features?.amount_usd)
  }
  return toEconomics(meter.result())
}
