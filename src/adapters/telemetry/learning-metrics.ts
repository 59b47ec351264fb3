import type {Counter, Registry} from 'prom-client'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import {counter} from './instruments.js'

/** Which versions score, and what became of training new ones. */
export class LearningMetrics {
  private readonly scored: Counter<'version' | 'role'>
  private readonly runs: Counter<'trigger' | 'outcome'>

  constructor(registry: Registry) {
    this.scored = counter(
      registry,
      'model_scored',
      'Transactions that a version scored: deciding, or as challenger in shadow.',
      ['version', 'role'],
    )
    this.runs = counter(
      registry,
      'model_retrain_runs',
      'Versions that were trained from what was served, or failed to be.',
      ['trigger', 'outcome'],
    )
  }

  observe({scores, shadow}: CommittedBatch): void {
    // All of a batch are scored by one version.
    const [score] = scores?.values() ?? []
    const [tried] = shadow?.values() ?? []
    if (score !== undefined)
      this.scored.inc({version: String(score.model.version), role: 'deciding'}, scores?.size)
    if (tried !== undefined) this.scored.inc({version: String(tried.version), role: 'shadow'}, shadow?.size)
  }

  retrained({trigger, outcome}: {readonly trigger: string; readonly outcome: string}): void {
    this.runs.inc({trigger, outcome})
  }
}
