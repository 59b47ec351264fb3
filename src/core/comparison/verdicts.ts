import type {AlertRecord} from '../decision/records.js'
import {compareIds} from '../event/order.js'
import {TRANSACTIONS} from '../event/stream.js'
import type {EventTime} from '../event/time.js'
import {eventName, type Fraud, Labels} from './labels.js'

export interface Verdict {
  readonly verdict: 'fraud' | 'legitimate' | 'inconclusive'
  readonly time: EventTime
  /** Id of the feedback event: of two verdicts of one time, the greater id is the newer. */
  readonly id: string
}

/** What reviewers said: of each transaction and of each alert, the newest verdict by event time. */
export class Verdicts {
  private readonly byEvent = new Map<string, Verdict>()
  private readonly byAlert = new Map<string, Verdict>()

  get isEmpty(): boolean {
    return this.byEvent.size === 0 && this.byAlert.size === 0
  }

  /** How many alerts have a verdict and were not seen yet. */
  get alertsNotSeen(): number {
    return this.byAlert.size
  }

  addOnTransaction(transactionId: string, verdict: Verdict): void {
    putNewest(this.byEvent, eventName(TRANSACTIONS, transactionId), verdict)
  }

  addOnAlert(alertId: string, verdict: Verdict): void {
    putNewest(this.byAlert, alertId, verdict)
  }

  /** A verdict on an alert is one on the event that the alert is about. */
  seeAlert({alert_id, anchor}: Pick<AlertRecord, 'alert_id' | 'anchor'>): void {
    const verdict = this.byAlert.get(alert_id)
    if (verdict === undefined) return
    this.byAlert.delete(alert_id)
    putNewest(this.byEvent, eventName(anchor.stream, anchor.id), verdict)
  }

  /** What the newest verdicts say; an event whose newest is inconclusive is unknown. */
  toLabels(): Labels {
    const frauds = new Map<string, Fraud>()
    const legitimate = new Set<string>()
    for (const [event, {verdict}] of this.byEvent) {
      if (verdict === 'fraud') frauds.set(event, {id: event})
      else if (verdict === 'legitimate') legitimate.add(event)
    }
    return new Labels('feedback', frauds, legitimate)
  }
}

function putNewest(verdicts: Map<string, Verdict>, subject: string, verdict: Verdict): void {
  const known = verdicts.get(subject)
  if (known === undefined || isNewer(verdict, known)) verdicts.set(subject, verdict)
}

function isNewer(a: Verdict, b: Verdict): boolean {
  return a.time > b.time || (a.time === b.time && compareIds(a.id, b.id) > 0)
}
