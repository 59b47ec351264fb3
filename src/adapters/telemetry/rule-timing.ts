import type {Histogram, Registry} from 'prom-client'
import type {MatchedBatch} from '../../engine/operator/batch.js'
import type {StepWatch} from '../../engine/port/telemetry.js'
import {histogram} from './instruments.js'

/** From ten microseconds to a second. */
const BUCKETS = [0.00001, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]

/** How long the rules take: once per batch, so that it costs an event nothing. */
export class RuleTiming implements StepWatch<MatchedBatch> {
  private readonly perBatch: Histogram
  private readonly perEvent: Histogram

  constructor(registry: Registry) {
    this.perBatch = histogram(
      registry,
      'rule_evaluation_seconds',
      'Time that all rules together took for a batch with events.',
      BUCKETS,
    )
    this.perEvent = histogram(
      registry,
      'rule_evaluation_event_seconds',
      'The same per event of the batch.',
      BUCKETS,
    )
  }

  now(): number {
    return performance.now()
  }

  done({accepted}: MatchedBatch, ms: number): void {
    if (accepted.length === 0) return
    this.perBatch.observe(ms / 1000)
    this.perEvent.observe(ms / 1000 / accepted.length)
  }
}
