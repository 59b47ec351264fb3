import {byInstant} from '../../adapters/files/by-instant.js'
import {readRecords} from '../../adapters/files/record-file.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {decisionIdentity} from '../../core/comparison/identity.js'
import type {Fraud, Labels} from '../../core/comparison/labels.js'
import type {RunQuality} from '../../core/comparison/quality.js'
import {QualityMeter} from '../../core/comparison/quality-meter.js'
import type {TransactionAmount} from './event-facts.js'
import {type JudgedDecision, judgedDecisions, standingAlerts, transactionAmounts} from './final-files.js'

export interface RunToMeasure {
  /** Folder of the run. */
  readonly dir: string
  readonly bundle: Bundle
  readonly labels: Labels | undefined
  /** File with the amounts of the transactions. */
  readonly amountsPath: string
}

/** How good the rules were in one run, by its final alerts and decisions, and how many frauds could be caught. */
export async function measureRun(
  run: RunToMeasure,
): Promise<{readonly quality: RunQuality; readonly frauds: number}> {
  const met = new Set<Fraud>()
  const meter = new QualityMeter(run.bundle.rules, run.labels, met)
  for await (const block of readRecords(standingAlerts(run.dir)))
    for (const {record} of block) meter.addAlert(record)
  const files = [judgedDecisions(run.dir), transactionAmounts(run.amountsPath)] as const
  for await (const {time, records} of byInstant<[JudgedDecision, TransactionAmount]>(...files)) {
    const amounts = new Map(records[1].map((amount) => [decisionIdentity(amount), amount.amount_usd]))
    for (const decision of records[0])
      meter.addDecision(decision, time, amounts.get(decisionIdentity(decision)))
  }
  return {quality: meter.result(), frauds: met.size}
}
