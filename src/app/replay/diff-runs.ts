import {join} from 'node:path'
import {NdjsonWriter} from '../../adapters/files/ndjson-writer.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {Fraud, Labels} from '../../core/comparison/labels.js'
import {QualityMeter} from '../../core/comparison/quality-meter.js'
import {alertTimeSpread} from './alert-time-spread.js'
import {FinalsDiff} from './finals-diff.js'
import type {Both, RuleDiff, RuleDifference} from './rule-diff.js'

export interface RunsToDiff {
  /** Where `diff.ndjson` is written. */
  readonly outputDir: string
  /** What each run wrote. */
  readonly dirs: Both<string>
  readonly bundles: Both<Bundle>
  /** The rules folders, for people. */
  readonly folders: Both<string>
  readonly labels: Labels | undefined
  /** File with the amounts of the transactions. */
  readonly amountsPath: string
  /** Verdicts on alerts that neither run raised. */
  readonly verdictsOnOtherAlerts: number
}

/** Finds what changes from one run to another over the same events, and how good the rules were in each. */
export async function diffRuns(runs: RunsToDiff): Promise<RuleDiff> {
  const {bundles, folders, labels, verdictsOnOtherAlerts} = runs
  const met = new Set<Fraud>()
  const meters = {
    a: new QualityMeter(bundles.a.rules, labels, met),
    b: new QualityMeter(bundles.b.rules, labels, met),
  }
  const finals = await diffFinals(runs, meters)
  const quality = {a: meters.a.result(), b: meters.b.result()}
  const counts = finals.tally.result([...idsOf(bundles.a), ...idsOf(bundles.b)])
  const rules: {[id: string]: RuleDifference} = {}
  for (const [id, ofRule] of counts.rules) {
    rules[id] = {
      ...ofRule,
      version: {a: sourceOf(bundles.a, id)?.version ?? null, b: sourceOf(bundles.b, id)?.version ?? null},
      mode: {a: sourceOf(bundles.a, id)?.mode ?? null, b: sourceOf(bundles.b, id)?.mode ?? null},
      quality: {a: quality.a.rules[id] ?? null, b: quality.b.rules[id] ?? null},
    }
  }
  return {
    a: {folder: folders.a, bundle: bundles.a.id},
    b: {folder: folders.b, bundle: bundles.b.id},
    alerts: counts.total.alerts,
    decisions: {total: finals.decisions, ...counts.total.decisions},
    quality: {a: quality.a.total, b: quality.b.total},
    rules,
    labels:
      labels === undefined
        ? null
        : {
            source: labels.source,
            frauds: met.size,
            frauds_elsewhere: labels.count - met.size,
            verdicts_on_other_alerts: verdictsOnOtherAlerts,
          },
    first: finals.first,
  }
}

async function diffFinals(runs: RunsToDiff, meters: Both<QualityMeter>): Promise<FinalsDiff> {
  const writer = new NdjsonWriter(join(runs.outputDir, 'diff.ndjson'))
  const finals = new FinalsDiff({
    ...runs,
    meters,
    alertTimeSpread: alertTimeSpread(runs.bundles.a, runs.bundles.b),
    write: (line) => writer.write(JSON.stringify(line)),
    drained: () => writer.drained(),
  })
  await finals.run()
  await writer.close()
  return finals
}

function idsOf({sources}: Bundle): readonly string[] {
  return sources.map(({id}) => id)
}

function sourceOf({sources}: Bundle, id: string) {
  return sources.find((source) => source.id === id)
}
