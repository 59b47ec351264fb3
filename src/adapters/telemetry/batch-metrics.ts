import type {Counter, Histogram, Registry} from 'prom-client'
import type {DecisionRecord} from '../../core/decision/records.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import type {Clock} from '../../engine/port/clock.js'
import {counter, histogram, LATENCY_BUCKETS} from './instruments.js'

const SCORE_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]
const RECORD_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 512]

/** What each batch brought. Once per batch; per decision no more than one observation of its latency and of its score. */
export class BatchMetrics {
  private readonly records: Histogram
  private readonly toDecision: Histogram
  private readonly toAlert: Histogram
  private readonly scores: Histogram
  private readonly decisions: Counter<'decision' | 'revised'>
  private readonly degraded: Counter<'cause'>
  private readonly hits: Counter<'rule'>
  private readonly alerts: Counter<'rule' | 'severity' | 'type' | 'mode'>
  private readonly deadLetters: Counter<'reason'>

  constructor(
    registry: Registry,
    private readonly clock: Clock,
  ) {
    this.records = histogram(registry, 'batch_records', 'Inputs in a batch that has any.', RECORD_BUCKETS)
    this.toDecision = histogram(
      registry,
      'event_to_decision_seconds',
      'From the arrival of a transaction until its first decision is published.',
      LATENCY_BUCKETS,
    )
    this.toAlert = histogram(
      registry,
      'event_to_alert_seconds',
      'From the arrival of the event that made a rule hold until the alert is published.',
      LATENCY_BUCKETS,
    )
    this.scores = histogram(registry, 'decision_score', 'The scores of the model.', SCORE_BUCKETS)
    this.decisions = counter(registry, 'decisions', 'Decisions that were published.', ['decision', 'revised'])
    this.degraded = counter(
      registry,
      'decisions_degraded',
      'Decisions in which something could not take part, and fallbacks that were answered.',
      ['cause'],
    )
    this.hits = counter(registry, 'rule_hits', 'Rules that spoke in a first decision.', ['rule'])
    this.alerts = counter(registry, 'alerts', 'Alert records that were published.', [
      'rule',
      'severity',
      'type',
      'mode',
    ])
    this.deadLetters = counter(registry, 'dead_letters', 'Inputs that were refused.', ['reason'])
  }

  observe(batch: CommittedBatch): void {
    const {input, decisions, alerts, deadLetters} = batch
    if (input.records.length > 0) this.records.observe(input.records.length)
    if (decisions.length > 0) this.observeDecisions(decisions)
    if (alerts.length > 0) this.observeAlerts(batch)
    for (const {reason} of deadLetters) this.deadLetters.inc({reason})
  }

  /** A fallback was answered in the place of a decision. */
  observeFallback(cause: string): void {
    this.degraded.inc({cause})
  }

  private observeDecisions(decisions: readonly DecisionRecord[]): void {
    // All of a batch are decided at one time, and published at one time.
    const published = this.clock.now() - Date.parse((decisions[0] as DecisionRecord).decided_at)
    const [first, revised, causes, hits] = [new Tally(), new Tally(), new Tally(), new Tally()]
    for (const {decision, revision, latency_ms, score, degraded, rules} of decisions) {
      if (revision > 0) {
        revised.add(decision)
        continue
      }
      first.add(decision)
      this.toDecision.observe(Math.max(0, latency_ms + published) / 1000)
      if (score !== null) this.scores.observe(score)
      for (const cause of degraded) causes.add(cause)
      for (const {id} of rules) hits.add(id)
    }
    for (const [decision, count] of first.counts) this.decisions.inc({decision, revised: 'false'}, count)
    for (const [decision, count] of revised.counts) this.decisions.inc({decision, revised: 'true'}, count)
    for (const [cause, count] of causes.counts) this.degraded.inc({cause}, count)
    for (const [rule, count] of hits.counts) this.hits.inc({rule}, count)
  }

  private observeAlerts({alerts, consequences}: CommittedBatch): void {
    const now = this.clock.now()
    for (const {rule, severity, type, mode} of alerts) this.alerts.inc({rule: rule.id, severity, type, mode})
    for (const {cause, changes} of consequences) {
      // What waits for a deadline is late by intention.
      if (cause === undefined) continue
      for (const {record} of changes)
        if (record?.type === 'alert.opened') this.toAlert.observe(Math.max(0, now - cause.ingestedAt) / 1000)
    }
  }
}

/** How often each word came up. */
class Tally {
  readonly counts = new Map<string, number>()

  add(word: string): void {
    this.counts.set(word, (this.counts.get(word) ?? 0) + 1)
  }
}
