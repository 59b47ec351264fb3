import type {Subscription} from 'rxjs'
import {IntakeOverloadedError} from '../../adapters/embedded/group-write.js'
import {
  IntakeSaturatedError,
  type IntakeService,
  type SubmitResult,
} from '../../adapters/http/intake-service.js'
import type {LedgerReport, StatusService} from '../../adapters/http/status-service.js'
import {decoderOf} from '../../core/bundle/decoder-of.js'
import {type EventTime, formatTime, type WallTime} from '../../core/event/time.js'
import {addLedger, type Ledger, unbalanced} from '../../core/ledger/ledger.js'
import type {CommittedBatch, RecordFate} from '../../engine/operator/batch.js'
import {scoring} from '../../engine/pipeline/scoring.js'
import {isReserved} from '../../engine/port/control-record.js'
import type {IntakeRecord} from '../../engine/port/event-intake.js'
import {type EntityFeatures, type EntityName, featuresNow} from '../../engine/stage/features-now.js'
import {EmbeddedDesks} from './embedded-desks.js'
import type {EmbeddedServiceOptions} from './embedded-options.js'
import {type EmbeddedParts, openParts, PARTITION} from './embedded-parts.js'
import {expireRecords, HOUSEKEEPING_EVERY_MS} from './expire-records.js'
import {screen} from './screen.js'
import {toSubmitResult} from './submit-result.js'

const STOPPING = 'the service is stopping; what is on the log counts with the next start'

/** With so many inputs under way, further ones are turned away for a moment. */
const SATURATED_AT = 20_000

/** An input with the time at which it arrived. */
export interface Arrival {
  readonly stream: string | undefined
  readonly bytes: Uint8Array
  readonly arrivedAt: WallTime
  /** How many times it was tried, this one included; 1 if absent. */
  readonly attempt?: number
}

/** The whole engine in one process, on local disk. */
export class EmbeddedService implements IntakeService, StatusService {
  readonly desks: EmbeddedDesks
  private running: Subscription | undefined
  private housekeeping: NodeJS.Timeout | undefined
  private failure: Error | undefined
  private ended: Promise<void> = Promise.resolve()

  private constructor(
    readonly parts: EmbeddedParts,
    private readonly options: EmbeddedServiceOptions,
  ) {
    this.desks = new EmbeddedDesks(parts, options, (stream, inputs) => this.submit(stream, inputs))
  }

  /** Opens the data directory and goes on where the last process stopped. Rejects if another process has it open. */
  static async start(options: EmbeddedServiceOptions): Promise<EmbeddedService> {
    const parts = await openParts(options, (error) => service.fail(error))
    const service = new EmbeddedService(parts, options)
    service.run()
    parts.forgetting.begin()
    try {
      await parts.webhooks.start()
    } catch (error) {
      await service.stop()
      throw error
    }
    return service
  }

  async submit(stream: string, inputs: readonly Uint8Array[]): Promise<readonly SubmitResult[]> {
    const arrivedAt = this.options.clock.now()
    const arrivals = inputs.map((bytes) => ({stream, bytes, arrivedAt}))
    const fates = await this.append(arrivals).catch((error: Error) => {
      throw error instanceof IntakeOverloadedError ? new IntakeSaturatedError() : error
    })
    return fates.map(toSubmitResult)
  }

  /** Puts inputs on the log and resolves when all of them are durable, processed and published. */
  async append(arrivals: readonly Arrival[]): Promise<readonly RecordFate[]> {
    if (this.failure !== undefined) throw this.failure
    const offsets = await this.parts.log.append(
      PARTITION,
      arrivals.map((arrival) => this.toRecord(arrival)),
    )
    return this.parts.board.claim(offsets)
  }

  private toRecord({stream: named, bytes, arrivedAt, attempt}: Arrival): IntakeRecord {
    // That stream is not for inputs: one that names it names none.
    const stream = isReserved(named) ? undefined : named
    const refusal = screen(stream, bytes, decoderOf(this.parts.partition.bundle))
    const traceparent = this.parts.tracing?.current()
    const kept = refusal === undefined ? bytes : undefined
    return {stream, bytes: kept, refusal, ingestedAt: arrivedAt, attempt, traceparent}
  }

  /** Offset of the next input: how many were ever put on the log. */
  get logEnd(): number {
    return this.parts.log.end
  }

  get saturated(): boolean {
    return this.parts.log.end - this.parts.partition.offset > SATURATED_AT
  }

  /** The windows of a user, card (with its user), merchant, device or address, as the model would see them now. */
  featuresNow(name: EntityName): Promise<EntityFeatures | undefined> {
    const {clock} = this.options
    return featuresNow(name, clock.now() as number as EventTime, this.parts.partition, this.parts.store)
  }

  live(): boolean {
    return this.failure === undefined
  }

  ready(): {ready: boolean; reasons: string[]} {
    if (this.failure !== undefined) return {ready: false, reasons: [`stopped: ${this.failure.message}`]}
    const behind = this.parts.log.end - this.parts.partition.offset
    return behind > SATURATED_AT
      ? {ready: false, reasons: [`catching up: ${behind} inputs behind`]}
      : {ready: true, reasons: []}
  }

  ledger(): LedgerReport {
    const total: Ledger = {}
    addLedger(total, this.parts.partition.ledger)
    const {watermark} = this.parts.partition
    return {
      partitions: [
        {
          partition: PARTITION,
          watermark: Number.isFinite(watermark) ? formatTime(watermark) : null,
          accounts: structuredClone(this.parts.partition.ledger),
        },
      ],
      total,
      balanced: unbalanced(total).length === 0,
    }
  }

  settledUpTo(): EventTime {
    return this.parts.partition.settledUpTo
  }

  /** Takes no more input, finishes the batch under way and closes the data directory. */
  async stop(): Promise<void> {
    clearInterval(this.housekeeping)
    this.desks.backtests.stop()
    this.parts.log.stop()
    await this.ended
    this.running?.unsubscribe()
    await this.parts.webhooks.stop()
    await this.desks.learning.stop()
    await this.parts.forgetting.stop()
    await this.parts.database.close()
    await this.parts.tracing?.stop()
  }

  private run(): void {
    const {clock, scorer} = this.options
    const {log, tracing, store, publisher, partition, rules, metrics} = this.parts
    const batches = scoring({
      source: tracing?.watched(log) ?? log,
      ...{store, publisher, clock, scorer, tracing},
      partitionOf: () => partition,
      bundleOf: (id) => rules.prepared(id),
      watch: this.desks.decisions,
      ruleWatch: metrics.rules,
      overlapsPublishing: () => true,
    })
    this.ended = new Promise((resolve) => {
      this.running = batches.subscribe({
        next: (batch) => this.committed(batch),
        error: (error: Error) => {
          this.fail(error)
          resolve()
        },
        complete: () => {
          this.turnAway(new Error(STOPPING))
          resolve()
        },
      })
    })
    this.housekeeping = setInterval(
      () => this.keepHouse().catch((error: Error) => this.fail(error)),
      HOUSEKEEPING_EVERY_MS,
    )
    this.housekeeping.unref()
  }

  private committed(batch: CommittedBatch): void {
    const {board, alertFeed, rules, forgetting, cases, metrics, tracing} = this.parts
    board.post(batch)
    const {outbox} = batch.commit
    if (outbox !== undefined) alertFeed.publish(outbox.sequence, outbox.alerts)
    rules.observe(batch)
    forgetting.observe(batch, alertFeed)
    cases.observe(batch)
    this.desks.learning.observe(batch)
    metrics.observe(batch)
    tracing?.published(batch)
    this.options.onBatch?.(batch)
  }

  private fail(error: Error): void {
    this.failure = error
    this.parts.metrics.observeFailure(error)
    this.parts.tracing?.failed(error, PARTITION)
    this.turnAway(error)
    this.options.onFailure(error)
  }

  /** Tells everyone who waits for what is on the log that it will not be so now. */
  private turnAway(error: Error): void {
    const {board, rules, forgetting, cases} = this.parts
    for (const waiting of [board, rules, forgetting, cases]) waiting.fail(error)
  }

  /** Drops what is older than its retention from the log and the read model. */
  private async keepHouse(): Promise<void> {
    const {log, partition, webhooks, readModel, cases} = this.parts
    await log.expire(partition.offset, this.options.clock.now())
    await webhooks.expire()
    await this.desks.idempotencyKeys.expire()
    await expireRecords(readModel, this.options.config.retention)
    await cases.expire()
  }
}
