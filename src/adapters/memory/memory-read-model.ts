import {viewAfterRecord, viewAfterVerdict} from '../../core/case/alert-view.js'
import type {Verdict} from '../../core/case/verdict.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {passes} from '../../engine/port/published.js'
import type {Publisher} from '../../engine/port/publisher.js'
import {
  type AlertFilter,
  type AlertView,
  type FeatureLogReader,
  InvalidCursorError,
  type Page,
  type ReadModel,
  type StoredDeadLetter,
  type VerdictReader,
} from '../../engine/port/read-model.js'
import type {LateInput, OutboxEntry} from '../../engine/port/state-store.js'

/** A late input with the partition whose log it came from. */
export interface MemoryLateInput extends LateInput {
  readonly partition: number
}

/** What was published, in memory. Each record counts once, however often it is published. */
export class MemoryReadModel implements Publisher, ReadModel, VerdictReader, FeatureLogReader {
  private readonly views = new Map<string, AlertView>()
  private readonly decisions = new Map<string, DecisionRecord>()
  private readonly features = new Map<string, FeatureRecord>()
  private readonly verdicts = new Map<string, Verdict>()
  private readonly letters = new Map<string, StoredDeadLetter>()
  private readonly late = new Map<string, MemoryLateInput>()

  async publish(entry: OutboxEntry): Promise<void> {
    const {partition, alerts, decisions, verdicts = [], deadLetters, late} = structuredClone(entry)
    for (const record of entry.features ?? []) this.publishFeatures(record)
    for (const alert of alerts) this.publishAlert(alert)
    for (const decision of decisions) this.publishDecision(decision)
    for (const verdict of verdicts) this.publishVerdict(verdict)
    for (const letter of deadLetters) {
      const id = `${letter.origin.partition}-${letter.origin.offset}`
      if (!this.letters.has(id)) this.letters.set(id, {id, letter, replays: 0})
    }
    for (const input of late) this.late.set(`${partition}-${input.offset}`, {partition, ...input})
  }

  async alerts(filter: AlertFilter, limit: number, cursor: string | undefined): Promise<Page<AlertView>> {
    const views = [...this.views.values()]
      .filter((view) => passes(view, filter) && isWithin(view, filter))
      .sort(newestFirst)
    return page('alerts', views, ({alert}) => [-timeOf(alert), alert.alert_id], limit, cursor)
  }

  async alert(id: string): Promise<AlertView | undefined> {
    return this.views.get(id)
  }

  async decision(transactionId: string, userId?: string): Promise<DecisionRecord | undefined> {
    const found = [...this.decisions.values()].filter(
      ({transaction_id, user_id}) =>
        transaction_id === transactionId && (userId === undefined || user_id === userId),
    )
    return found.sort((a, b) => timeOf(b) - timeOf(a))[0]
  }

  async featuresOf(transactionId: string, userId?: string): Promise<FeatureRecord | undefined> {
    const found = [...this.features.values()].filter(
      ({transaction_id, user_id}) =>
        transaction_id === transactionId && (userId === undefined || user_id === userId),
    )
    return found.sort((a, b) => b.time - a.time)[0]
  }

  async verdict(feedbackId: string, userId: string): Promise<Verdict | undefined> {
    return this.verdicts.get(JSON.stringify([feedbackId, userId]))
  }

  async deadLetters(
    reason: string | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<StoredDeadLetter>> {
    const letters = [...this.letters.values()]
      .filter(({letter}) => reason === undefined || letter.reason === reason)
      .sort((a, b) => byOrigin(a.letter.origin, b.letter.origin))
    return page('dead-letters', letters, ({letter}) => placeOf(letter.origin), limit, cursor)
  }

  async deadLetter(id: string): Promise<StoredDeadLetter | undefined> {
    return this.letters.get(id)
  }

  /** Counts one more replay of a dead letter. Gives it as it is now; undefined if there is none. */
  async markReplayed(id: string): Promise<StoredDeadLetter | undefined> {
    const stored = this.letters.get(id)
    if (stored === undefined) return undefined
    const marked = {...stored, replays: stored.replays + 1}
    this.letters.set(id, marked)
    return marked
  }

  /** Late inputs in the order of their offsets. Rejects with InvalidCursorError for a cursor it did not give. */
  async lateInputs(limit: number, cursor: string | undefined): Promise<Page<MemoryLateInput>> {
    return page('late', [...this.late.values()].sort(byOrigin), placeOf, limit, cursor)
  }

  /** How many late inputs there are. */
  async lateCount(): Promise<number> {
    return this.late.size
  }

  /** Drops alerts and decisions with an event time (ms) before `before`. Returns how many. */
  async expire(before: number): Promise<{readonly alerts: number; readonly decisions: number}> {
    const {size: alerts} = this.views
    const {size: decisions} = this.decisions
    for (const [id, {alert}] of this.views) if (timeOf(alert) < before) this.views.delete(id)
    for (const [id, verdict] of this.verdicts) if (timeOf(verdict) < before) this.verdicts.delete(id)
    for (const [id, decision] of this.decisions) if (timeOf(decision) < before) this.decisions.delete(id)
    for (const [id, {time}] of this.features) if (time < before) this.features.delete(id)
    return {alerts: alerts - this.views.size, decisions: decisions - this.decisions.size}
  }

  private publishAlert(alert: AlertRecord): void {
    const view = viewAfterRecord(this.views.get(alert.alert_id), alert)
    if (view !== undefined) this.views.set(alert.alert_id, view)
  }

  /** About the alert that it names or, if it names none, those that the decision on its transaction names. */
  private publishVerdict(verdict: Verdict): void {
    const {feedback_id, user_id, alert_id, transaction_id} = verdict
    this.verdicts.set(JSON.stringify([feedback_id, user_id]), verdict)
    const decision = this.decisions.get(JSON.stringify([user_id, transaction_id]))
    const ids = alert_id === null ? (decision?.rules.map((rule) => rule.alert_id) ?? []) : [alert_id]
    for (const id of ids) {
      const known = id === null ? undefined : this.views.get(id)
      const view = known === undefined ? undefined : viewAfterVerdict(known, verdict)
      if (view !== undefined) this.views.set(view.alert.alert_id, view)
    }
  }

  private publishFeatures(record: FeatureRecord): void {
    const key = JSON.stringify([record.user_id, record.transaction_id])
    const known = this.features.get(key)
    if (known === undefined || record.time > known.time) this.features.set(key, record)
  }

  /** An id that comes again with a later event time is another transaction. */
  private publishDecision(decision: DecisionRecord): void {
    const key = JSON.stringify([decision.user_id, decision.transaction_id])
    const known = this.decisions.get(key)
    const later = known === undefined ? 1 : timeOf(decision) - timeOf(known)
    if (later > 0 || (later === 0 && decision.revision > (known?.revision ?? -1))) {
      this.decisions.set(key, decision)
    }
  }
}

function isWithin({alert}: AlertView, {from, to}: AlertFilter): boolean {
  const time = timeOf(alert)
  return (from === undefined || time >= from) && (to === undefined || time < to)
}

type Place = readonly [number, string | number]

/** The items after the cursor's place; items come in the order of their places. */
function page<T>(
  kind: string,
  items: readonly T[],
  place: (item: T) => Place,
  limit: number,
  cursor: string | undefined,
): Page<T> {
  const after = cursor === undefined ? undefined : decodeCursor(kind, cursor)
  const rest = after === undefined ? items : items.filter((item) => isAfter(place(item), after))
  const shown = rest.slice(0, limit)
  const last = shown.at(-1)
  const more = rest.length > limit && last !== undefined
  return {items: shown, cursor: more ? encodeCursor(kind, place(last)) : undefined}
}

function isAfter([major, minor]: Place, [afterMajor, afterMinor]: Place): boolean {
  return major > afterMajor || (major === afterMajor && minor > afterMinor)
}

function encodeCursor(kind: string, place: Place): string {
  return Buffer.from(JSON.stringify([kind, ...place])).toString('base64url')
}

function decodeCursor(kind: string, cursor: string): Place {
  try {
    const [found, major, minor] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (found === kind && encodeCursor(kind, [major, minor]) === cursor) return [major, minor]
  } catch {
    // Not JSON: not one of ours.
  }
  throw new InvalidCursorError()
}

function newestFirst(a: AlertView, b: AlertView): number {
  const byTime = timeOf(b.alert) - timeOf(a.alert)
  return byTime === 0 ? (a.alert.alert_id < b.alert.alert_id ? -1 : 1) : byTime
}

interface Origin {
  readonly partition: number
  readonly offset: number
}

function byOrigin(a: Origin, b: Origin): number {
  return a.partition - b.partition || a.offset - b.offset
}

function placeOf({partition, offset}: Origin): Place {
  return [partition, offset]
}

function timeOf(record: {readonly event_time: string}): number {
  return Date.parse(record.event_time)
}
