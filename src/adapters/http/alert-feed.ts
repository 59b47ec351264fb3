import type {AlertRecord} from '../../core/decision/records.js'

/** An alert record with its place among all that were published: `<number of its entry>.<place in it>`. */
export interface FedAlert {
  readonly id: string
  readonly alert: AlertRecord
  /** The record as JSON, written once for all who listen. */
  readonly text: string
}

/** So many alert records can be read again. */
const REMEMBERED = 10_000

/** Of an entry that was published before: nobody saw more of it. */
const WHOLE_ENTRY = 999_999

/** Alert records as they are published, for those who listen; the latest can be read again. */
export class AlertFeed {
  private readonly listeners = new Set<(alerts: readonly FedAlert[]) => void>()
  private remembered: FedAlert[] = []
  private newest: string

  /** `sequence`: of the last entry that was published before. What stands in it is not remembered. */
  constructor(sequence: number) {
    this.newest = `${sequence}.${WHOLE_ENTRY}`
  }

  publish(sequence: number, alerts: readonly AlertRecord[]): void {
    if (alerts.length === 0) return
    const fed = alerts.map((alert, index) => {
      return {id: `${sequence}.${index}`, alert, text: JSON.stringify(alert)}
    })
    this.newest = fed.at(-1)?.id ?? this.newest
    this.remembered.push(...fed)
    if (this.remembered.length > 2 * REMEMBERED) this.remembered = this.remembered.slice(-REMEMBERED)
    for (const listener of this.listeners) listener(fed)
  }

  /** What came after the alert with an id; undefined if that is not known. */
  after(id: string): readonly FedAlert[] | undefined {
    if (id === this.newest) return []
    const place = this.remembered.findIndex((fed) => fed.id === id)
    return place < 0 ? undefined : this.remembered.slice(place + 1)
  }

  /** The id of the newest alert. */
  get lastId(): string {
    return this.newest
  }

  /** Returns how to stop listening. */
  listen(listener: (alerts: readonly FedAlert[]) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  get listening(): number {
    return this.listeners.size
  }
}
