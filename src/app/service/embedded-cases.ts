import type {AuditTrail} from '../../adapters/embedded/audit-trail.js'
import {EmbeddedCaseStore} from '../../adapters/embedded/case-store.js'
import type {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {IntakeOverloadedError} from '../../adapters/embedded/group-write.js'
import type {EmbeddedReadModel} from '../../adapters/embedded/read-model.js'
import type {CaseParts} from '../../adapters/http/case-routes.js'
import {IntakeSaturatedError} from '../../adapters/http/intake-service.js'
import {RecordFeed} from '../../adapters/http/record-feed.js'
import type {Metrics} from '../../adapters/telemetry/metrics.js'
import {CASES_STREAM, type CaseChange} from '../../core/case/case-change.js'
import type {CaseRecord} from '../../core/case/case-events.js'
import {redactCaseRecord} from '../../core/case/redact-case.js'
import {ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import type {EventIntake, IntakeRecord} from '../../engine/port/event-intake.js'
import type {Publisher} from '../../engine/port/publisher.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'
import type {Config} from '../config/config.js'
import {AwaitedChanges} from './awaited-changes.js'
import {CaseDesk, type CaseDeskParts} from './case-desk.js'
import {type ListEntriesParts, listEntries} from './list-entries.js'

export interface EmbeddedCasesParts extends Omit<CaseDeskParts, 'cases' | 'append' | 'list'> {
  /** Asked when a case is closed. */
  readonly lists: () => Pick<ListEntriesParts, 'timelines' | 'rules'>
  readonly metrics: Pick<Metrics, 'watchCases'>
  readonly log: EventIntake
  readonly partition: number
  /** Resolves when the inputs at these offsets count. */
  readonly settled: (offsets: readonly number[]) => Promise<unknown>
  readonly readModel: Pick<EmbeddedReadModel, 'newestEventTime'>
  readonly config: Config
  readonly database: EmbeddedDatabase
  readonly audit: AuditTrail
  /** Queues what happened for those who subscribed to it. */
  readonly publishCases: (records: readonly CaseRecord[]) => Promise<void>
}

/** Cases of the embedded profile: what is published becomes part of them, and what happens to them is told. */
export class EmbeddedCases implements Publisher {
  readonly feed: RecordFeed<CaseRecord>
  readonly desk: CaseDesk
  private readonly awaited = new AwaitedChanges()

  private constructor(
    private readonly parts: EmbeddedCasesParts,
    readonly store: EmbeddedCaseStore,
    lastTold: number,
  ) {
    this.feed = new RecordFeed(lastTold, redactCaseRecord)
    this.desk = new CaseDesk({
      ...parts,
      cases: store,
      append: (change, inputs) => this.append(change, inputs),
      list: (view, by) => listEntries(view, by, {...parts, ...parts.lists()}),
    })
    parts.metrics.watchCases(() => store.standing(parts.clock.now()))
  }

  /** What the routes need. */
  get http(): CaseParts {
    return {reader: this.store, desk: this.desk, feed: this.feed, now: () => this.parts.clock.now()}
  }

  static async open(parts: EmbeddedCasesParts): Promise<EmbeddedCases> {
    const {database, config, audit} = parts
    const store = await EmbeddedCaseStore.open(database, config.cases.sla, audit)
    return new EmbeddedCases(parts, store, await store.lastTold())
  }

  /** Safe when subscribers have it in their queues: what a crash kept from that is told with the next entry. */
  async publish(entry: OutboxEntry): Promise<void> {
    const records = await this.store.fold(entry)
    const {forgetting} = entry
    if (forgetting !== undefined) await this.forget(new ForgottenUser(forgetting.user, forgetting.events))
    if (records.length > 0 || this.hasUntold) await this.tell()
  }

  /** A batch was committed and published. */
  observe({commit}: CommittedBatch): void {
    this.awaited.observe(commit.outbox)
  }

  /** Nothing will be published any more. */
  fail(error: Error): void {
    this.awaited.fail(error)
  }

  /** Drops what is older than alerts are kept, by event time. */
  async expire(): Promise<void> {
    const {readModel, config} = this.parts
    const newest = await readModel.newestEventTime()
    if (newest !== undefined) await this.store.expireCases(newest - config.retention.alerts)
  }

  private async append(change: CaseChange, inputs: readonly IntakeRecord[]): Promise<void> {
    const {log, partition, settled, clock} = this.parts
    const bytes = Buffer.from(JSON.stringify(change))
    const record = {stream: CASES_STREAM, bytes, refusal: undefined, ingestedAt: clock.now()}
    const published = this.awaited.published(change.change_id)
    const settling = log.append(partition, [record, ...inputs]).then(([, ...offsets]) => settled(offsets))
    try {
      await Promise.all([settling, published])
    } catch (error) {
      this.awaited.giveUp(change.change_id)
      throw error instanceof IntakeOverloadedError ? new IntakeSaturatedError() : error
    }
  }

  /** Before the first entry of this process: the last one may have left something. */
  private hasUntold = true

  private async tell(): Promise<void> {
    const untold = await this.store.untold()
    this.hasUntold = false
    const last = untold.at(-1)
    if (last === undefined) return
    await this.parts.publishCases(untold.map(({record}) => record))
    await this.store.told(last.sequence)
    for (const {sequence, record} of untold) this.feed.publish(sequence, [record])
  }

  private async forget(user: ForgottenUser): Promise<void> {
    await this.store.forget(user)
    this.feed.forget(user)
  }
}
