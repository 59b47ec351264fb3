import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import type {Publisher} from '../../engine/port/publisher.js'
import {
  type AlertFilter,
  type AlertStatus,
  type AlertView,
  InvalidCursorError,
  type Page,
  type ReadModel,
  type StoredDeadLetter,
} from '../../engine/port/read-model.js'
import type {LateInput, OutboxEntry} from '../../engine/port/state-store.js'

/** A late input with the partition whose log it came from. */
export interface MemoryLateInput extends LateInput {
  readonly partition: number
}

/** What was published, in memory. Each record counts once, however often it is published. */
export class MemoryReadModel implements Publisher, ReadModel {
  private readonly views = new Map<string, AlertView>()
  private readonly decisions = new Map<string, DecisionRecord>()
  private readonly letters = new Map<string, StoredDeadLetter>()
  private readonly late = new Map<string, MemoryLateInput>()

  async publish(entry: OutboxEntry): Promise<void> {
    const {partition, alerts, decisions, deadLetters, late} = structuredClone(entry)
    for (const alert of alerts) this.publishAlert(alert)
    for (const decision of decisions) this.publishDecision(decision)
    for (const letter of deadLetters) {
      const id = `${letter.origin.partition}-${letter.origin.offset}`
      if (!this.letters.has(id)) this.letters.set(id, {id, letter, replays: 0})
    }
    for (const input of late) this.late.set(`${partition}-${input.offset}`, {partition, ...input})
  }

  async alerts(filter: AlertFilter, limit: number, cursor: string | undefined): Promise<Page<AlertView>> {
    const views = [...this.views.values()].filter((view) => passes(view, filter)).sort(newestFirst)
    return page('alerts', views, ({alert}) => [-timeOf(alert), alert.alert_id], limit, cursor)
  }

  async alert(id: string): Promise<AlertView | undefined> {
    return this.views.get(id)
  }

  async decision(transactionId: string): Promise<DecisionRecord | undefined> {
    const found = [...this.decisions.values()].filter(({transaction_id}) => transaction_id === transactionId)
    return found.sort((a, b) => timeOf(b) - timeOf(a))[0]
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
    for (const [id, decision] of this.decisions) if (timeOf(decision) < before) this.decisions.delete(id)
    return {alerts: alerts - this.views.size, decisions: decisions - this.decisions.size}
  }

  private publishAlert(alert: AlertRecord): void {
    const known = this.views.get(alert.alert_id)
    if (known !== undefined && known.alert.revision >= alert.revision) return
    this.views.set(alert.alert_id, {status: statusAfter(known?.status, alert), alert})
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

/** What people made of an alert stays when it is amended; a retracted one that comes back is open. */
function statusAfter(known: AlertStatus | undefined, {type}: AlertRecord): AlertStatus {
  if (type === 'alert.retracted') return 'retracted'
  return known === undefined || known === 'retracted' ? 'open' : known
}

function passes({status, alert}: AlertView, filter: AlertFilter): boolean {
  const time = timeOf(alert)
  return (
    (filter.status === undefined || filter.status === status) &&
    (filter.rule === undefined || filter.rule === alert.rule.id) &&
    (filter.severity === undefined || filter.severity === alert.severity) &&
    (filter.user === undefined || (alert.key.name === 'user_id' && alert.key.value === filter.user)) &&
    (filter.from === undefined || time >= filter.from) &&
    (filter.to === undefined || time < filter.to)
  )
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
