import type {AuditTrail} from '../../adapters/embedded/audit-trail.js'
import type {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import type {EmbeddedEventLog} from '../../adapters/embedded/event-log.js'
import {LogErasure} from '../../adapters/embedded/log-erasure.js'
import {UserErasure} from '../../adapters/embedded/user-erasure.js'
import type {EmbeddedWebhookStore} from '../../adapters/embedded/webhook-store.js'
import type {AlertFeed} from '../../adapters/http/alert-feed.js'
import type {ForgetReport, ForgetService} from '../../adapters/http/forget-service.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {Actor} from '../../core/case/audit-record.js'
import {ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import type {Clock} from '../../engine/port/clock.js'
import {decodeRecord} from '../../engine/stage/decode-record.js'
import {ForgetDesk} from './forget-desk.js'

export interface EmbeddedForgettingParts {
  readonly database: EmbeddedDatabase
  readonly log: EmbeddedEventLog
  readonly webhooks: EmbeddedWebhookStore
  readonly audit: AuditTrail
  readonly clock: Clock
  readonly bundle: () => Bundle
  /** What was to be erased could not be; the next start tries again. */
  readonly onFailure: (error: Error) => void
}

/** The embedded log has one partition. */
const PARTITION = 0

/** Forgets users on local disk: in the read model when their tombstone is published, on the log soon after. */
export class EmbeddedForgetting implements ForgetService {
  /** To be told of every outbox entry, after the read model and the webhooks. */
  readonly erasure: UserErasure
  private readonly onLog: LogErasure
  private readonly desk: ForgetDesk
  private erasing: Promise<void> | undefined
  private again = false

  constructor(private readonly parts: EmbeddedForgettingParts) {
    const {database, log, webhooks, audit, clock, bundle} = parts
    this.erasure = new UserErasure(database, webhooks, () => {
      this.again = true
    })
    this.onLog = new LogErasure(database, log, PARTITION, () => decodeRecord(bundle()))
    this.desk = new ForgetDesk({
      ...{audit, clock},
      append: (record) => log.append(PARTITION, [record]),
      partitionOf: () => PARTITION,
    })
  }

  forget(user: string, actor: Actor): Promise<ForgetReport> {
    return this.desk.forget(user, actor)
  }

  /** Goes on with what a crash interrupted. Called when the log is read. */
  begin(): void {
    this.again = true
    this.eraseFromLog()
  }

  /** Resolves when nothing is left to be erased. */
  async finished(): Promise<void> {
    while (this.erasing !== undefined) await this.erasing
  }

  /** A batch was committed and published. */
  observe(batch: CommittedBatch, feed: AlertFeed): void {
    const forgetting = batch.commit.outbox?.forgetting
    if (forgetting === undefined) return
    feed.forget(new ForgottenUser(forgetting.user, forgetting.events))
    this.eraseFromLog()
    this.desk.observe(batch)
  }

  fail(error: Error): void {
    this.desk.fail(error)
  }

  /** What is left is done with the next start. */
  async stop(): Promise<void> {
    this.onLog.stop()
    await this.finished()
  }

  private eraseFromLog(): void {
    if (!this.again || this.erasing !== undefined) return
    this.again = false
    this.erasing = this.onLog
      .run()
      .catch((error: Error) => this.parts.onFailure(error))
      .finally(() => {
        this.erasing = undefined
        this.eraseFromLog()
      })
  }
}
