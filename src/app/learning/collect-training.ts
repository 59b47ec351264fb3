import {readLines} from '../../adapters/files/line-reader.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {Verdict} from '../../core/case/verdict.js'
import {BEGINNING_OF_TIME, type EventTime, type WallTime} from '../../core/event/time.js'
import type {FeatureRows} from '../../core/feature/feature-rows.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import {weightOf} from '../../learning/training/control-weight.js'
import {TrainingLabels} from '../../learning/training/training-labels.js'
import {TrainingRows} from '../../learning/training/training-rows.js'
import {runReplay} from '../replay/run-replay.js'

export interface RecordedTraining {
  readonly rows: TrainingRows
  readonly labels: TrainingLabels
  /** The newest event time. */
  readonly newest: EventTime
}

/**
 * Runs recorded events through the engine, which refuses, drops and orders as in the service, and takes from it the features of
 * each transaction as they were served when it came, and what was said about it later.
 */
export async function collectTraining(
  inputs: readonly string[],
  bundle: Bundle,
  onProgress: (linesRead: number) => void,
): Promise<RecordedTraining> {
  const collector = new TrainingCollector(bundle.features.schema.names.length)
  let linesRead = 0
  await runReplay({
    servesFeatures: true,
    lines: readLines(inputs),
    bundle,
    publisher: {publish: async () => undefined},
    onBatch: (batch) => {
      collector.add(batch)
      linesRead += batch.input.records.length
      onProgress(linesRead)
    },
  })
  return collector
}

/** Takes rows and labels from the batches of a run. */
export class TrainingCollector implements RecordedTraining {
  readonly rows: TrainingRows
  readonly labels = new TrainingLabels()
  newest = BEGINNING_OF_TIME

  constructor(width: number) {
    this.rows = new TrainingRows(width)
  }

  add({input, featureRows, served, verdicts, alerts}: CommittedBatch): void {
    if (featureRows !== undefined) this.addRows(featureRows, served)
    for (const verdict of verdicts) this.addVerdict(verdict, input.polledAt)
    for (const alert of alerts) this.labels.addAlert(alert)
  }

  private addRows({transactions, values}: FeatureRows, served: CommittedBatch['served']): void {
    const {width} = this.rows
    for (const [at, transaction] of transactions.entries()) {
      const {id, time} = transaction
      this.passed(time)
      this.labels.addTransaction(id, time)
      const weight = weightOf(served?.get(transaction)?.propensity ?? 1)
      this.rows.add(id, time, values.subarray(at * width, (at + 1) * width), weight)
    }
  }

  private addVerdict(
    {feedback_id: id, verdict, transaction_id, alert_id, event_time}: Verdict,
    wall: WallTime,
  ): void {
    const time = Date.parse(event_time) as EventTime
    // One from the future makes nothing older than it is.
    if (time <= wall) this.passed(time)
    const subject = {transactionId: transaction_id ?? undefined, alertId: alert_id ?? undefined}
    this.labels.addVerdict(subject, {verdict, time, id})
  }

  private passed(time: EventTime): void {
    if (time > this.newest) this.newest = time
  }
}
