import {byInstant} from '../../adapters/files/by-instant.js'
import {pairFiles} from '../../adapters/files/pair-files.js'
import {type AlertCounts, DiffTally} from '../../core/comparison/diff-tally.js'
import {alertAcrossVersions, decisionIdentity} from '../../core/comparison/identity.js'
import type {Labels} from '../../core/comparison/labels.js'
import {Pairing} from '../../core/comparison/pairing.js'
import type {QualityMeter} from '../../core/comparison/quality-meter.js'
import type {AlertRecord} from '../../core/decision/records.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import type {TransactionAmount} from './event-facts.js'
import {type JudgedDecision, judgedDecisions, standingAlerts, transactionAmounts} from './final-files.js'
import type {AlertDifference, Both, DecisionDifference, Judgement, RuleDiffLine} from './rule-diff.js'

export interface FinalsToDiff {
  /** Folders of the two runs. */
  readonly dirs: Both<string>
  readonly meters: Both<QualityMeter>
  readonly labels: Labels | undefined
  /** File with the amounts of the transactions. */
  readonly amountsPath: string
  /** How far apart, in ms, the two can date the alert of one anchor. */
  readonly alertTimeSpread: number
  /** Takes in each change, alerts first, in the order of event time. */
  readonly write: (line: RuleDiffLine) => void
  readonly drained: () => Promise<void>
}

/** So many changes of each kind are kept for people. */
const KEPT = 5

/** Goes once through the final alerts and once through the final decisions of two runs, and finds what changed. */
export class FinalsDiff {
  readonly tally = new DiffTally()
  readonly first: {appear: AlertDifference[]; disappear: AlertDifference[]; decision: DecisionDifference[]} =
    {appear: [], disappear: [], decision: []}
  decisions = 0

  constructor(private readonly finals: FinalsToDiff) {}

  async run(): Promise<void> {
    await this.diffAlerts()
    await this.diffDecisions()
  }

  private async diffAlerts(): Promise<void> {
    const {dirs, meters, alertTimeSpread, drained} = this.finals
    const pairing = new Pairing<AlertRecord>({
      identityOf: alertAcrossVersions,
      spread: alertTimeSpread,
      emit: (a, b) => {
        if (a !== undefined) meters.a.addAlert(a)
        if (b !== undefined) meters.b.addAlert(b)
        if (b === undefined) this.addAlert('disappear', a)
        else this.addAlert(a === undefined ? 'appear' : 'stay', b)
      },
    })
    await pairFiles(standingAlerts(dirs.a), standingAlerts(dirs.b), pairing, drained)
  }

  private addAlert(change: keyof AlertCounts, alert: AlertRecord | undefined): void {
    if (alert === undefined) return
    this.tally.alert(change, alert)
    if (change === 'stay') return
    const difference: AlertDifference = {
      change,
      label: this.finals.labels?.labelOfAlert(alert) ?? 'unknown',
      alert,
    }
    this.finals.write(difference)
    if (this.first[change].length < KEPT) this.first[change].push(difference)
  }

  private async diffDecisions(): Promise<void> {
    const {dirs, meters, amountsPath, drained} = this.finals
    const files = [judgedDecisions(dirs.a), judgedDecisions(dirs.b), transactionAmounts(amountsPath)] as const
    type Files = [JudgedDecision, JudgedDecision, TransactionAmount]
    for await (const {time, records} of byInstant<Files>(...files)) {
      const amounts = new Map(
        records[2].map((amount) => [decisionIdentity(amount), amount.amount_usd] as const),
      )
      const pairing = new Pairing<JudgedDecision>({
        identityOf: decisionIdentity,
        spread: 0,
        emit: (a, b) => {
          const decision = a ?? b
          if (decision === undefined) return
          const amountUsd = amounts.get(decisionIdentity(decision))
          if (a !== undefined) meters.a.addDecision(a, time, amountUsd)
          if (b !== undefined) meters.b.addDecision(b, time, amountUsd)
          this.addDecision(decision, a, b, amountUsd)
        },
      })
      for (const decision of records[0]) pairing.put('a', decision, time)
      for (const decision of records[1]) pairing.put('b', decision, time)
      pairing.settle(time)
      await drained()
    }
  }

  private addDecision(
    {transaction_id, user_id, event_time}: JudgedDecision,
    a: JudgedDecision | undefined,
    b: JudgedDecision | undefined,
    amountUsd: number | undefined,
  ): void {
    this.decisions++
    if (a?.decision === b?.decision) return
    this.tally.decision(a, b, amountUsd)
    const difference: DecisionDifference = {
      change: 'decision',
      label: this.finals.labels?.labelOfEvent(TRANSACTIONS, transaction_id) ?? 'unknown',
      transaction_id,
      user_id,
      event_time,
      amount_usd: amountUsd ?? null,
      from: toJudgement(a),
      to: toJudgement(b),
    }
    this.finals.write(difference)
    if (this.first.decision.length < KEPT) this.first.decision.push(difference)
  }
}

function toJudgement(decision: JudgedDecision | undefined): Judgement | null {
  if (decision === undefined) return null
  const {rules, reasons} = decision
  return {decision: decision.decision, rules, reasons}
}
