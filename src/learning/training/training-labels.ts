import type {Label, Labels} from '../../core/comparison/labels.js'
import {type Verdict, Verdicts} from '../../core/comparison/verdicts.js'
import type {AlertRecord} from '../../core/decision/records.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import type {EventTime} from '../../core/event/time.js'

/** How many verdicts there were, by what became of them. */
export interface VerdictCounts {
  readonly used: number
  /** On a transaction that has another verdict, too: the newest by event time counts, of equal ones the greater id. */
  readonly repeated: number
  /** Given before the transaction took place, or after the time up to which labels are taken. */
  readonly outOfTime: number
  /** On a transaction, or an alert about one, that is not there. */
  readonly unknown: number
}

/** What a verdict is about: one of the two. */
export interface VerdictSubject {
  readonly transactionId?: string | undefined
  readonly alertId?: string | undefined
}

/**
 * What is known of transactions at some time: fraud or legitimate by the newest verdict; without one, legitimate once the
 * label would be mature; else unknown. Unlabelled is not legitimate: most frauds are reported days later. A label is available
 * from the time of its verdict on, or from the end of the maturity.
 */
export class TrainingLabels {
  private readonly verdicts = new Verdicts()
  private readonly transactions = new Map<string, EventTime>()
  private readonly declined = new Set<string>()
  private readonly alerts = new Map<string, string>()
  private readonly given: {readonly subject: VerdictSubject; readonly verdict: Verdict}[] = []

  addTransaction(id: string, time: EventTime): void {
    this.transactions.set(id, time)
  }

  /** A transaction that was declined never took place: that nobody complains about it says nothing, however old it is. */
  addDeclined(id: string, time: EventTime): void {
    this.addTransaction(id, time)
    this.declined.add(id)
  }

  /** A verdict on an alert is one on the transaction that the alert is about. */
  addAlert({alert_id, anchor}: Pick<AlertRecord, 'alert_id' | 'anchor'>): void {
    if (anchor.stream === TRANSACTIONS) this.alerts.set(alert_id, anchor.id)
  }

  addVerdict(subject: VerdictSubject, verdict: Verdict): void {
    this.given.push({subject, verdict})
  }

  /** Labels as of a time, for transactions that are `maturity` ms old. */
  asOf(now: EventTime, maturity: number): {labelOf(id: string): Label; readonly counts: VerdictCounts} {
    const counts = {used: 0, repeated: 0, outOfTime: 0, unknown: 0}
    const seen = new Set<string>()
    for (const {subject, verdict} of this.given) {
      const transactionId = subject.transactionId ?? this.alerts.get(subject.alertId ?? '')
      const time = transactionId === undefined ? undefined : this.transactions.get(transactionId)
      if (transactionId === undefined || time === undefined) counts.unknown++
      else if (verdict.time < time || verdict.time > now) counts.outOfTime++
      else {
        if (seen.has(transactionId)) counts.repeated++
        else counts.used++
        seen.add(transactionId)
        this.verdicts.addOnTransaction(transactionId, verdict)
      }
    }
    const labels = this.verdicts.toLabels()
    return {counts, labelOf: (id) => this.labelOf(id, labels, seen, now - maturity)}
  }

  private labelOf(id: string, labels: Labels, judged: ReadonlySet<string>, matureUpTo: number): Label {
    if (judged.has(id)) return labels.labelOfEvent(TRANSACTIONS, id)
    if (this.declined.has(id)) return 'unknown'
    return (this.transactions.get(id) as EventTime) <= matureUpTo ? 'legitimate' : 'unknown'
  }
}
