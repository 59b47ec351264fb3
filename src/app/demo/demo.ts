import {build as buildHistogram, type Histogram} from 'hdr-histogram-js'
import type {AlertRecord} from '../../core/decision/records.js'
import type {WallTime} from '../../core/event/time.js'
import type {Ledger} from '../../core/ledger/ledger.js'
import type {Scorer} from '../../engine/port/model.js'
import {nothingPlanted} from '../../simulation/scenario/planted.js'
import {estimateLines, scenarioTraffic} from '../../simulation/scenario/scenario-traffic.js'
import type {LoadedBundle} from '../bundle/load-bundle.js'
import type {Config} from '../config/config.js'
import {type Arrival, EmbeddedService} from '../service/embedded-service.js'
import {toArrival} from './arrivals.js'
import {type DemoPlan, markDemoFinished, prepareDemoDir} from './demo-store.js'
import {compareWithTruth, type Findings} from './findings.js'

/** Events are handed over in portions of this size, so many at once. */
const PORTION = 250
const PORTIONS_UNDER_WAY = 4

export interface DemoProgress {
  readonly done: number
  readonly expected: number
  readonly eventsPerSecond: number
  readonly alerts: number
}

export interface DemoOptions {
  readonly config: Config
  readonly folder: LoadedBundle
  readonly dir: string
  readonly plan: DemoPlan
  /** Without one, rules alone decide. */
  readonly scorer?: Scorer | undefined
  /** Events a second; undefined: as fast as they go. */
  readonly pace: number | undefined
  readonly onAlert: (alert: AlertRecord) => void
  readonly onProgress: (progress: DemoProgress) => void
}

export interface DemoSummary extends Findings {
  readonly events: number
  /** Events that were on the log already, from a demo that was interrupted; 0 if it began anew. */
  readonly resumed_at: number
  readonly events_per_second: number
  /** From handing an event over to its decision being published. */
  readonly latency_ms: {
    readonly p50: number
    readonly p95: number
    readonly p99: number
    readonly max: number
  }
  /** From the start of the program to the first alert; null if there was none in this run. */
  readonly first_alert_ms: number | null
  readonly ledger: Ledger
  readonly balanced: boolean
}

/** Plays simulated traffic through the embedded profile. */
export class Demo {
  readonly planted = nothingPlanted()
  private readonly latencies: Histogram = buildHistogram({
    highestTrackableValue: 600_000_000,
    numberOfSignificantValueDigits: 3,
  })
  private readonly started = performance.now()
  private arrivedUpTo = 0 as WallTime
  private alerts = 0
  private firstAlertMs: number | null = null
  private failure: Error | undefined

  /** Set by `start`: the service hears of the demo, and the demo of the service. */
  service!: EmbeddedService

  private constructor(private readonly options: DemoOptions) {}

  static async start(options: DemoOptions): Promise<Demo> {
    await prepareDemoDir(options.dir, options.plan, options.folder.bundle.id)
    const demo = new Demo(options)
    demo.service = await EmbeddedService.start({
      config: options.config,
      folder: options.folder,
      dataDir: options.dir,
      clock: {now: () => demo.arrivedUpTo},
      scorer: options.scorer,
      onBatch: ({alerts}) => demo.hear(alerts),
      onFailure: (error) => {
        demo.failure = error
      },
    })
    return demo
  }

  /** Plays the traffic, from where an interrupted demo stopped. */
  async play(): Promise<DemoSummary> {
    const {plan, dir, folder} = this.options
    const resumedAt = this.service.logEnd
    const events = await this.feed(resumedAt)
    if (this.failure !== undefined) throw this.failure
    const seconds = (performance.now() - this.started) / 1000
    const findings = await compareWithTruth(this.service.parts.readModel, this.planted.frauds)
    await markDemoFinished(dir, plan, folder.bundle.id)
    const {total, balanced} = this.service.ledger()
    return {
      events,
      resumed_at: resumedAt,
      events_per_second: Math.round((events - resumedAt) / seconds),
      latency_ms: this.percentiles(),
      first_alert_ms: this.firstAlertMs,
      ...findings,
      ledger: total,
      balanced,
    }
  }

  private async feed(resumedAt: number): Promise<number> {
    const expected = estimateLines(this.options.plan)
    const underWay = new Set<Promise<void>>()
    let portion: Arrival[] = []
    let count = 0
    const handOver = async (): Promise<void> => {
      if (portion.length === 0) return
      const arrivals = portion
      portion = []
      const sending = this.send(arrivals).finally(() => underWay.delete(sending))
      underWay.add(sending)
      if (underWay.size >= PORTIONS_UNDER_WAY) await Promise.race(underWay)
      await this.keepPace(count - resumedAt)
      const eventsPerSecond = (count - resumedAt) / ((performance.now() - this.started) / 1000)
      this.options.onProgress({
        done: count,
        expected: Math.max(expected, count),
        eventsPerSecond,
        alerts: this.alerts,
      })
    }
    for (const line of scenarioTraffic(this.options.plan, this.planted)) {
      count++
      // The clock of an interrupted demo goes on where it stood.
      if (line.arrival > this.arrivedUpTo) this.arrivedUpTo = line.arrival
      if (count <= resumedAt) continue
      portion.push(toArrival(line))
      if (portion.length === PORTION) await handOver()
    }
    await handOver()
    await Promise.all(underWay)
    return count
  }

  private async send(arrivals: readonly Arrival[]): Promise<void> {
    const sentAt = performance.now()
    await this.service.append(arrivals)
    this.latencies.recordValueWithCount(Math.round((performance.now() - sentAt) * 1000), arrivals.length)
  }

  private async keepPace(done: number): Promise<void> {
    const {pace} = this.options
    if (pace === undefined) return
    const ahead = (done / pace) * 1000 - (performance.now() - this.started)
    if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead))
  }

  private hear(alerts: readonly AlertRecord[]): void {
    for (const alert of alerts) {
      if (alert.type !== 'alert.opened') continue
      this.alerts++
      // performance.now() counts from the start of the process.
      this.firstAlertMs ??= Math.round(performance.now())
      this.options.onAlert(alert)
    }
  }

  private percentiles(): DemoSummary['latency_ms'] {
    const at = (percentile: number): number =>
      Math.round(this.latencies.getValueAtPercentile(percentile)) / 1000
    return {p50: at(50), p95: at(95), p99: at(99), max: at(100)}
  }
}
