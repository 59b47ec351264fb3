import {mkdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import type {EventTime} from '../../core/event/time.js'
import type {Publisher} from '../../engine/port/publisher.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'
import {decisionLine} from './decision-line.js'
import {FinalRecords} from './final-records.js'
import {mergeSorted} from './merge-sorted.js'
import {NdjsonWriter} from './ndjson-writer.js'

/** Final records of one partition, on their way to a file that is sorted by event time and id. */
interface PartitionFinals {
  readonly alerts: FinalRecords<AlertRecord>
  readonly decisions: FinalRecords<DecisionRecord>
  readonly writers: readonly [alerts: NdjsonWriter, decisions: NdjsonWriter]
  readonly paths: readonly [alerts: string, decisions: string]
}

/** How many records went out. */
export interface ReplayCounts {
  readonly decisions: {approve: number; review: number; decline: number}
  readonly alerts: {opened: number; amended: number; retracted: number; final: number}
}

/**
 * What a replay writes: alerts in emission order, dead letters and late lines as they come, and the final alerts and
 * decisions as they settle.
 */
export class ReplayOutput implements Publisher {
  readonly counts: ReplayCounts = {
    decisions: {approve: 0, review: 0, decline: 0},
    alerts: {opened: 0, amended: 0, retracted: 0, final: 0},
  }
  private readonly alerts: NdjsonWriter
  private readonly deadLetters: NdjsonWriter
  private readonly late: NdjsonWriter
  private readonly finals = new Map<number, PartitionFinals>()

  private constructor(private readonly dir: string) {
    this.alerts = new NdjsonWriter(join(dir, 'alerts.ndjson'))
    this.deadLetters = new NdjsonWriter(join(dir, 'dead-letters.ndjson'))
    this.late = new NdjsonWriter(join(dir, 'late.ndjson'))
  }

  static async create(dir: string): Promise<ReplayOutput> {
    await mkdir(dir, {recursive: true})
    return new ReplayOutput(dir)
  }

  async publish({partition, settledUpTo, alerts, decisions, deadLetters, late}: OutboxEntry): Promise<void> {
    const own = this.finalsOf(partition)
    for (const alert of alerts) {
      this.alerts.write(JSON.stringify(alert))
      this.counts.alerts[COUNT_OF[alert.type]]++
      const id = alert.alert_id
      const finals = alert.revision === 0 ? own : this.holding(own, (of) => of.alerts.has(id))
      if (alert.type === 'alert.retracted') finals.alerts.remove(id, alert)
      else if (alert.type === 'alert.amended') finals.alerts.move(id, alert)
      else finals.alerts.put(id, alert)
    }
    for (const decision of decisions) {
      const id = `${decision.user_id}\n${decision.transaction_id}`
      if (decision.revision === 0) own.decisions.add(id, decision)
      else this.holding(own, (of) => of.decisions.has(id)).decisions.put(id, decision)
    }
    for (const letter of deadLetters) this.deadLetters.write(JSON.stringify(letter))
    // A copy: the bytes are a view of a whole block of the input, which must not be kept for one line.
    for (const {bytes} of late) this.late.write(Buffer.from(bytes))
    for (const writer of [this.alerts, this.deadLetters, this.late]) await writer.drained()
    if (settledUpTo !== null) await this.settle(partition, settledUpTo)
  }

  /** Nothing up to this event time changes any more in a partition: its final records go out. */
  async settle(partition: number, upTo: EventTime): Promise<void> {
    const {alerts, decisions, writers} = this.finalsOf(partition)
    alerts.settle(upTo)
    decisions.settle(upTo)
    for (const writer of writers) await writer.drained()
  }

  /** Writes what is left and closes all files. All partitions have settled. */
  async close(): Promise<void> {
    this.finalsOf(0)
    for (const writer of [this.alerts, this.deadLetters, this.late]) await writer.close()
    for (const {writers} of this.finals.values()) for (const writer of writers) await writer.close()
    await this.merge(0, 'alerts.final.ndjson', 'alert_id')
    await this.merge(1, 'decisions.final.ndjson', 'transaction_id')
  }

  private async merge(which: 0 | 1, name: string, idField: string): Promise<void> {
    const parts = [...this.finals.values()].map(({paths}) => paths[which])
    const whole = join(this.dir, name)
    if (parts.length === 1) return rename(parts[0] as string, whole)
    await mergeSorted(parts, whole, idField)
    await Promise.all(parts.map((part) => rm(part)))
  }

  /** What partitions share (merchants, rules by other keys) can revise a record that another partition published first. */
  private holding(own: PartitionFinals, holds: (finals: PartitionFinals) => boolean): PartitionFinals {
    if (this.finals.size === 1 || holds(own)) return own
    return [...this.finals.values()].find(holds) ?? own
  }

  private finalsOf(partition: number): PartitionFinals {
    let finals = this.finals.get(partition)
    if (finals === undefined) {
      finals = this.beginFinals(partition)
      this.finals.set(partition, finals)
    }
    return finals
  }

  private beginFinals(partition: number): PartitionFinals {
    const paths = [
      join(this.dir, `.alerts.final.${partition}.ndjson`),
      join(this.dir, `.decisions.final.${partition}.ndjson`),
    ] as const
    const writers = [new NdjsonWriter(paths[0]), new NdjsonWriter(paths[1])] as const
    const {counts} = this
    const alerts = new FinalRecords<AlertRecord>(
      ({alert_id}) => alert_id,
      (alert) => {
        counts.alerts.final++
        writers[0].write(JSON.stringify({...alert, settled: true}))
      },
    )
    const decisions = new FinalRecords<DecisionRecord>(
      ({transaction_id}) => transaction_id,
      (decision) => {
        counts.decisions[decision.decision]++
        writers[1].write(decisionLine(decision))
      },
    )
    return {alerts, decisions, writers, paths}
  }
}

const COUNT_OF = {
  'alert.opened': 'opened',
  'alert.amended': 'amended',
  'alert.retracted': 'retracted',
} as const
