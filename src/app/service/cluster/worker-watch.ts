import type {KafkaLog} from '../../../adapters/kafka/kafka-client.js'
import type {RedisConnectionOptions} from '../../../adapters/redis/redis-connection.js'
import type {Metrics} from '../../../adapters/telemetry/metrics.js'
import type {OwnedPartitions} from './owned-partitions.js'
import {StallWatch} from './stall-watch.js'

const LOOK_EVERY_MS = 5_000

/** Tells of what holds a worker up though nothing failed: in the log, in the metrics, and to those who ask whether it is ready. */
export class WorkerWatch {
  private readonly stalls: StallWatch
  private readonly looking: NodeJS.Timeout
  private buildingRecords = 0
  private isAsking = false

  constructor(
    private readonly pause: StorePause,
    private readonly owned: OwnedPartitions,
    metrics: Metrics,
    log: KafkaLog,
  ) {
    const partitions = () =>
      owned.all.map(({number, partition, unread}) => ({number, offset: partition?.offset, unread}))
    this.stalls = new StallWatch({partitions, log, now: () => performance.now()})
    metrics.watchCluster({
      storePausedSeconds: () => pause.seconds,
      stalledPartitions: () => this.stalls.stalledPartitions,
      buildingPartitions: () => owned.all.filter(({isBuilding}) => isBuilding).length,
      buildingRecords: () => this.buildingRecords,
    })
    this.looking = setInterval(() => this.look(), LOOK_EVERY_MS)
    this.looking.unref()
  }

  /** So many records were read to build a state. */
  readonly readForBuilding = (records: number): void => {
    this.buildingRecords += records
  }

  /** Why it is not ready, as far as that is watched here. */
  get reasons(): readonly string[] {
    return [...this.pause.reasons, ...this.stalls.reasons]
  }

  stop(): void {
    clearInterval(this.looking)
  }

  private look(): void {
    this.stalls.look()
    // Redis may take its time.
    if (this.isAsking) return
    this.isAsking = true
    void Promise.all(this.owned.all.map((worker) => worker.look())).finally(() => {
      this.isAsking = false
    })
  }
}

/** Since when Redis takes nothing, and why. */
export class StorePause {
  private since: number | undefined
  private reason = ''

  constructor(private readonly log: KafkaLog) {}

  /** For the connection, which tells. */
  get options(): RedisConnectionOptions {
    return {
      onPaused: (reason) => {
        this.since = performance.now()
        this.reason = reason
        this.log(
          'error',
          `Redis does not take what it is given: ${reason}; partitions wait until it does`,
          {},
        )
      },
      onResumed: () => {
        this.log('warn', `Redis takes again what it is given, after ${Math.round(this.seconds)} s`, {})
        this.since = undefined
      },
    }
  }

  get seconds(): number {
    return this.since === undefined ? 0 : (performance.now() - this.since) / 1000
  }

  get reasons(): readonly string[] {
    return this.since === undefined ? [] : [`Redis does not take what it is given: ${this.reason}`]
  }
}
