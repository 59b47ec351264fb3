import {lastValueFrom, concatMap, count, tap} from 'rxjs'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {RuleCounts} from '../../core/decision/rule-counters.js'
import {compileDecode} from '../../core/event/decode.js'
import {END_OF_TIME, formatTime, type WallTime} from '../../core/event/time.js'
import {addLedger, emptyLedger, type Ledger} from '../../core/ledger/ledger.js'
import {ReplayOutput} from '../../adapters/files/replay-output.js'
import {ReplaySource} from '../../adapters/files/replay-source.js'
import {VolatileStateStore} from '../../adapters/memory/volatile-state-store.js'
import type {Clock} from '../../engine/port/clock.js'
import {scoring} from '../../engine/pipeline/scoring.js'
import {Partition} from '../../engine/stage/partition.js'

export interface ReplayOptions {
  readonly inputs: readonly string[]
  readonly outputDir: string
  readonly bundle: Bundle
  readonly eventLimit: number
  readonly panExempt: ReadonlySet<string>
  /** Told after each batch how many lines were read so far. */
  readonly onProgress?: (linesRead: number) => void
}

/** What `summary.json` holds. */
export interface ReplaySummary {
  readonly ledger: Ledger
  readonly decisions: ReplayOutput['counts']['decisions']
  readonly alerts: ReplayOutput['counts']['alerts']
  readonly rules: {readonly [id: string]: Omit<RuleCounts, 'truncated'>}
  readonly events_per_second: number
  readonly peak_rss_bytes: number
  /** Before the end of the input moved it to infinity; the least over partitions; null if it never began. */
  readonly watermark: string | null
}

/** A replay's wall time is the arrival of its events: nothing takes any time. */
const ARRIVAL_CLOCK: Clock = {now: () => Number.NEGATIVE_INFINITY as WallTime}

/** Runs the engine over recorded events and writes what it says to a folder. */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const {bundle, eventLimit, panExempt} = options
  const started = performance.now()
  const decodeEvent = compileDecode({streams: bundle.streams, eventLimit, panExempt})
  const {maxFutureSkew} = bundle.settings.time
  const source = new ReplaySource({inputs: options.inputs, decodeEvent, maxFutureSkew, eventLimit})
  const output = await ReplayOutput.create(options.outputDir)
  const store = new VolatileStateStore()
  const partitions = new Map<number, Partition>()
  const partitionOf = (number: number): Partition => {
    let partition = partitions.get(number)
    if (partition === undefined) {
      partition = new Partition(number, bundle, VolatileStateStore.EMPTY, Number.POSITIVE_INFINITY)
      partitions.set(number, partition)
    }
    return partition
  }
  let linesRead = 0
  const run = scoring({source, store, publisher: output, clock: ARRIVAL_CLOCK, decodeEvent, eventLimit, partitionOf}).pipe(
    concatMap(async ({partition, input}) => {
      await output.settle(partition.number, partition.settledUpTo)
      linesRead += input.records.length
    }),
    tap(() => options.onProgress?.(linesRead)),
    count(),
  )
  await lastValueFrom(run)
  for (const number of partitions.keys()) await output.settle(number, END_OF_TIME)
  await output.close()
  const seconds = (performance.now() - started) / 1000
  return summarize(bundle, [...partitions.values()], output, linesRead / seconds)
}

function summarize(
  bundle: Bundle,
  partitions: readonly Partition[],
  {counts}: ReplayOutput,
  eventsPerSecond: number,
): ReplaySummary {
  const ledger = emptyLedger(bundle.streams.keys())
  for (const partition of partitions) addLedger(ledger, partition.ledger)
  const watermark = Math.min(...partitions.map((partition) => partition.watermark))
  return {
    ledger,
    decisions: counts.decisions,
    alerts: counts.alerts,
    rules: Object.fromEntries(bundle.rules.map((rule) => [rule.id, ruleCounts(rule.index, partitions)])),
    events_per_second: Math.round(eventsPerSecond),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    watermark: Number.isFinite(watermark) ? formatTime(watermark as WallTime) : null,
  }
}

function ruleCounts(index: number, partitions: readonly Partition[]): Omit<RuleCounts, 'truncated'> {
  const sum = {alerts: 0, suppressed: 0, missing_input: 0}
  for (const {counters} of partitions) {
    const counts = counters[index]
    sum.alerts += counts?.alerts ?? 0
    sum.suppressed += counts?.suppressed ?? 0
    sum.missing_input += counts?.missing_input ?? 0
  }
  return sum
}
