import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {readLines} from '../../adapters/files/line-reader.js'
import {ReplayOutput} from '../../adapters/files/replay-output.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {RuleCounts} from '../../core/decision/rule-counters.js'
import {END_OF_TIME, type EventTime, formatTime} from '../../core/event/time.js'
import {addLedger, emptyLedger, type Ledger} from '../../core/ledger/ledger.js'
import type {Scorer} from '../../engine/port/model.js'
import type {Partition} from '../../engine/stage/partition.js'
import type {EventFacts} from './event-facts.js'
import {runReplay} from './run-replay.js'

export interface ReplayOptions {
  /** Files in the order in which they are read; `-` is standard input. */
  readonly inputs: readonly string[]
  readonly outputDir: string
  readonly bundle: Bundle
  /** By id: the bundles that the lines of a service's recording activate. */
  readonly recorded?: ReadonlyMap<string, Bundle> | undefined
  /** Takes in what a comparison needs of the events; complete when the replay is. */
  readonly facts?: EventFacts
  /** Without one, rules alone decide. */
  readonly scorer?: Scorer | undefined
  /** Told after each batch how many lines were read so far. */
  readonly onProgress?: (linesRead: number) => void
}

/** What `summary.json` holds. */
export interface ReplaySummary {
  readonly ledger: Ledger
  readonly decisions: ReplayOutput['counts']['decisions']
  readonly alerts: ReplayOutput['counts']['alerts']
  readonly rules: {readonly [id: string]: RuleSummary}
  readonly events_per_second: number
  readonly peak_rss_bytes: number
  /** Before the end of the input moved it to infinity; the least over partitions; null if it never began. */
  readonly watermark: string | null
}

export type RuleSummary = Omit<RuleCounts, 'truncated'>

/** Runs the engine over recorded events and writes what it says, and the summary, to a folder. */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const {bundle, recorded, facts, onProgress} = options
  const started = performance.now()
  const output = await ReplayOutput.create(options.outputDir)
  let linesRead = 0
  const partitions = await runReplay({
    lines: readLines(options.inputs),
    bundle,
    recorded,
    scorer: options.scorer,
    publisher: {
      publish: async (entry) => {
        await output.publish(entry)
        await facts?.drained()
      },
    },
    onBatch: (batch) => {
      facts?.add(batch)
      linesRead += batch.input.records.length
      onProgress?.(linesRead)
    },
  })
  for (const {number} of partitions) await output.settle(number, END_OF_TIME)
  await output.close()
  await facts?.close()
  const seconds = (performance.now() - started) / 1000
  // Rules are told as they were in force at the end.
  const last = partitions[0]?.bundle ?? bundle
  const summary = summarize(last, partitions, output, linesRead / seconds)
  await writeFile(join(options.outputDir, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  return summary
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
    rules: summarizeRules(bundle, partitions),
    events_per_second: Math.round(eventsPerSecond),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    watermark: Number.isFinite(watermark) ? formatTime(watermark as EventTime) : null,
  }
}

/** What each rule did, summed over partitions. */
export function summarizeRules(
  bundle: Bundle,
  partitions: readonly Partition[],
): {[id: string]: RuleSummary} {
  const all = new Set(partitions.flatMap(({counters, shared}) => [counters, shared.counters]))
  return Object.fromEntries(
    bundle.rules.map(({id, index}) => {
      const sum = {alerts: 0, suppressed: 0, missing_input: 0}
      for (const counters of all) {
        const counts = counters[index]
        sum.alerts += counts?.alerts ?? 0
        sum.suppressed += counts?.suppressed ?? 0
        sum.missing_input += counts?.missing_input ?? 0
      }
      return [id, sum]
    }),
  )
}
