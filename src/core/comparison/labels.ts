import type {AlertRecord} from '../decision/records.js'

/** One fraud: a transaction that reviewers call fraud, or the transactions that a truth file lists together. */
export interface Fraud {
  readonly id: string
}

/** What is known of an event or an alert. */
export type Label = 'fraud' | 'legitimate' | 'unknown'

/** Names an event among those of all streams. Labels take ids as unique: not every alert says whose transaction it is about. */
export function eventName(stream: string, id: string): string {
  return `${stream}\n${id}`
}

/** Which events are fraud. Held in memory: as many as have a label. */
export class Labels {
  /**
   * `truth` knows of every fraud, so that all other events are legitimate; with `feedback`, events without a verdict
   * are unknown.
   */
  constructor(
    readonly source: 'feedback' | 'truth',
    private readonly frauds: ReadonlyMap<string, Fraud>,
    private readonly legitimate: ReadonlySet<string>,
  ) {}

  /** How many frauds there are. */
  get count(): number {
    return new Set(this.frauds.values()).size
  }

  /** The fraud that an event is part of. */
  fraudOf(stream: string, id: string): Fraud | undefined {
    return this.frauds.get(eventName(stream, id))
  }

  /** The frauds that an alert names: those that an event of its evidence is part of. */
  fraudsNamedBy({events}: AlertRecord): ReadonlySet<Fraud> {
    const named = new Set<Fraud>()
    for (const {stream, id} of events) {
      const fraud = this.fraudOf(stream, id)
      if (fraud !== undefined) named.add(fraud)
    }
    return named
  }

  labelOfEvent(stream: string, id: string): Label {
    if (this.fraudOf(stream, id) !== undefined) return 'fraud'
    return this.source === 'truth' || this.legitimate.has(eventName(stream, id)) ? 'legitimate' : 'unknown'
  }

  /** An alert is right if it names a fraud, wrong if it names none and its anchor is legitimate, else unlabelled. */
  labelOfAlert(alert: AlertRecord): Label {
    if (this.fraudsNamedBy(alert).size > 0) return 'fraud'
    return this.labelOfEvent(alert.anchor.stream, alert.anchor.id)
  }
}
