import {setTimeout as sleep} from 'node:timers/promises'
import type {CaseParts} from '../../../../adapters/http/case-routes.js'
import {RecordFeed} from '../../../../adapters/http/record-feed.js'
import {partitionOf} from '../../../../adapters/kafka/partition-of.js'
import {PublishedRecords} from '../../../../adapters/redis/bus/published-records.js'
import {RedisCaseStore} from '../../../../adapters/redis/case-store.js'
import {caseFeedKey, type Keyspace} from '../../../../adapters/redis/keyspace.js'
import type {RedisConnection} from '../../../../adapters/redis/redis-connection.js'
import {CASES_STREAM, type CaseChange} from '../../../../core/case/case-change.js'
import type {CaseRecord} from '../../../../core/case/case-events.js'
import type {CaseEntity} from '../../../../core/case/case-view.js'
import {redactCaseRecord} from '../../../../core/case/redact-case.js'
import {ForgottenUser} from '../../../../core/forgetting/forgotten-user.js'
import type {EventIntake, IntakeRecord} from '../../../../engine/port/event-intake.js'
import type {Publisher} from '../../../../engine/port/publisher.js'
import type {OutboxEntry} from '../../../../engine/port/state-store.js'
import type {Config} from '../../../config/config.js'
import {CaseDesk, type CaseDeskParts} from '../../case-desk.js'
import {type ListEntriesParts, listEntries} from '../../list-entries.js'
import {LOOK_EVERY_MS, LOOK_LIMIT_MS} from './look-limits.js'
import {SharedFeed} from './shared-feed.js'

export interface ClusterCasesParts extends Omit<CaseDeskParts, 'cases' | 'append' | 'list'> {
  readonly config: Config
  readonly redis: RedisConnection
  readonly keyspace: Keyspace
  readonly intake: EventIntake
  readonly partitions: number
  /** Asked when a case is closed. */
  readonly lists: () => Pick<ListEntriesParts, 'timelines' | 'rules'>
  /** Queues what happened for those who subscribed to it. */
  readonly queueCases: (records: readonly CaseRecord[]) => Promise<void>
  /** Those who listen, anywhere, should look. */
  readonly onTold: () => void
  /** Hears of what went wrong and is tried again. */
  readonly onTrouble: (error: Error) => void
}

/** Cases of all workers. What people do goes to the partition of what the case is about, where its alerts come from. */
export class ClusterCases {
  readonly store: RedisCaseStore
  readonly http: CaseParts
  /** What happens to cases, for those who listen here. */
  readonly feed: SharedFeed<CaseRecord>
  /** Makes cases of what is published, and tells what happens to them. */
  readonly publisher: Publisher
  /** The same for what was told before. */
  readonly rebuilding: Publisher

  constructor(private readonly parts: ClusterCasesParts) {
    const {redis, keyspace, config, clock, queueCases, onTold, onTrouble} = parts
    const told = new PublishedRecords<CaseRecord>(redis, caseFeedKey(keyspace), onTold)
    this.feed = new SharedFeed(new RecordFeed(0, redactCaseRecord), told, onTrouble)
    const store = new RedisCaseStore(redis, keyspace, config.cases.sla)
    this.store = store
    this.publisher = {
      publish: async (entry) => {
        await store.foldAndTell(entry, async (records) => {
          await queueCases(records)
          await told.append(records)
        })
        await this.forget(entry)
      },
    }
    this.rebuilding = {
      publish: async (entry) => {
        await store.fold(entry)
        await this.forget(entry)
      },
    }
    const desk = new CaseDesk({
      ...parts,
      cases: store,
      append: (change, inputs, entity) => this.append(change, inputs, entity),
      list: (view, by) => listEntries(view, by, {...parts, ...parts.lists()}),
    })
    this.http = {reader: store, desk, feed: this.feed.feed, now: () => clock.now()}
  }

  /** Drops what is older than alerts are kept. `newest`: event time in ms. */
  async expire(newest: number | undefined): Promise<void> {
    if (newest !== undefined) await this.store.expireCases(newest - this.parts.config.retention.alerts)
  }

  private async forget({forgetting}: OutboxEntry): Promise<void> {
    if (forgetting !== undefined)
      await this.store.forget(new ForgottenUser(forgetting.user, forgetting.events))
  }

  /** Verdicts first: a crash after them leaves an open case, which is closed again. */
  private async append(
    change: CaseChange,
    inputs: readonly IntakeRecord[],
    entity: CaseEntity,
  ): Promise<void> {
    const {intake, partitions, clock} = this.parts
    await Promise.all(inputs.map((input) => intake.append(partitionOf(input.key ?? '', partitions), [input])))
    const bytes = Buffer.from(JSON.stringify(change))
    const record = {stream: CASES_STREAM, bytes, refusal: undefined, ingestedAt: clock.now()}
    await intake.append(partitionOf(entity.value, partitions), [record])
    for (let waited = 0; waited < LOOK_LIMIT_MS; waited += LOOK_EVERY_MS) {
      const view = await this.store.case(change.case_id)
      // Closed by another, it takes no change any more.
      if (view === undefined || view.closed !== null) return
      if (view.changes.some(({change_id}) => change_id === change.change_id)) return
      await sleep(LOOK_EVERY_MS)
    }
  }
}
