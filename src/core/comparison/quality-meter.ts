import type {AlertRecord, DecisionRecord} from '../decision/records.js'
import {TRANSACTIONS} from '../event/stream.js'
import type {Rule} from '../rule/rule.js'
import type {Fraud, Labels} from './labels.js'
import {QualityCounts, type RunQuality} from './quality.js'

const DAY_MS = 86_400_000

/** Measures one run by its final alerts and decisions. Holds the frauds and who caught them, not the records. */
export class QualityMeter {
  private readonly rules = new Map<string, QualityCounts>()
  private readonly live = new QualityCounts('live')
  private readonly catchers = new Map<Fraud, Set<string>>()
  private firstTime = Number.POSITIVE_INFINITY
  private lastTime = Number.NEGATIVE_INFINITY

  /** `met`: the frauds that had an event in the run, shared by the meters of runs over the same events. */
  constructor(
    rules: readonly Pick<Rule, 'id' | 'mode'>[],
    private readonly labels: Labels | undefined,
    private readonly met: Set<Fraud>,
  ) {
    for (const {id, mode} of rules) this.rules.set(id, new QualityCounts(mode))
  }

  addAlert(alert: AlertRecord): void {
    const rule = this.countsOf(alert.rule.id, alert.mode)
    const counts = alert.mode === 'live' ? [rule, this.live] : [rule]
    const label = this.labels?.labelOfAlert(alert) ?? 'unknown'
    for (const count of counts) {
      count.alerts++
      if (label === 'fraud') count.right++
      else if (label === 'legitimate') count.wrong++
    }
    for (const fraud of this.labels?.fraudsNamedBy(alert) ?? []) {
      this.met.add(fraud)
      const catchers = this.catchers.get(fraud)
      if (catchers === undefined) this.catchers.set(fraud, new Set([alert.rule.id]))
      else catchers.add(alert.rule.id)
    }
  }

  /** `time`: the transaction's event time. `amountUsd` is undefined where the amount in US dollars is unknown. */
  addDecision(
    {transaction_id, decision, rules}: Pick<DecisionRecord, 'transaction_id' | 'decision' | 'rules'>,
    time: number,
    amountUsd: number | undefined,
  ): void {
    this.firstTime = Math.min(this.firstTime, time)
    this.lastTime = Math.max(this.lastTime, time)
    const fraud = this.labels?.fraudOf(TRANSACTIONS, transaction_id)
    if (fraud === undefined) return
    this.met.add(fraud)
    if (decision === 'approve') return
    this.live.save(amountUsd)
    for (const {id, mode, action} of rules) if (action !== 'approve') this.countsOf(id, mode).save(amountUsd)
  }

  /** When all records of all runs were added. */
  result(): RunQuality {
    const catches = [...this.catchers.values()]
    for (const [id, counts] of this.rules) {
      const own = catches.filter((catchers) => catchers.has(id))
      counts.caught = own.length
      counts.unique = own.filter((catchers) => this.liveAmong(catchers).every((other) => other === id)).length
    }
    const byLive = catches.map((catchers) => this.liveAmong(catchers).length)
    this.live.caught = byLive.filter((count) => count > 0).length
    this.live.unique = byLive.filter((count) => count === 1).length
    const frauds = this.labels === undefined ? undefined : this.met.size
    const days = (this.lastTime - this.firstTime) / DAY_MS
    const rules = [...this.rules].map(([id, counts]) => [id, counts.toQuality(frauds, days)])
    return {total: this.live.toQuality(frauds, days), rules: Object.fromEntries(rules)}
  }

  private liveAmong(rules: ReadonlySet<string>): readonly string[] {
    return [...rules].filter((id) => this.rules.get(id)?.mode === 'live')
  }

  private countsOf(id: string, mode: 'live' | 'shadow'): QualityCounts {
    let counts = this.rules.get(id)
    if (counts === undefined) {
      counts = new QualityCounts(mode)
      this.rules.set(id, counts)
    }
    return counts
  }
}
