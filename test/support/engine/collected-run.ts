import {stringify} from 'yaml'
import {Line} from '../../../src/adapters/files/line-reader.js'
import {runReplay} from '../../../src/app/replay/run-replay.js'
import type {Bundle, BundleSettings} from '../../../src/core/bundle/bundle.js'
import {compileBundle} from '../../../src/core/bundle/compile-bundle.js'
import type {AlertRecord, DecisionRecord} from '../../../src/core/decision/records.js'
import type {DeadLetter} from '../../../src/core/event/dead-letter.js'
import {streamsWith} from '../../../src/core/event/stream.js'
import type {FeatureRecord} from '../../../src/core/feature/feature-record.js'
import {addLedger, type Ledger} from '../../../src/core/ledger/ledger.js'
import {formatFault} from '../../../src/core/source/source-fault.js'
import type {Scorer} from '../../../src/engine/port/model.js'
import type {Publisher} from '../../../src/engine/port/publisher.js'
import type {OutboxEntry} from '../../../src/engine/port/state-store.js'
import type {Partition} from '../../../src/engine/stage/partition.js'

/** The defaults of the configuration. */
export const SETTINGS: BundleSettings = {
  time: {
    outOfOrderness: 5_000,
    allowedLateness: 600_000,
    idleTimeout: 30_000,
    maxFutureSkew: 300_000,
    dedupRetention: 86_400_000,
  },
  locationMaxAge: 86_400_000,
  historyCap: 5_000,
  stepBudget: 20_000,
  intake: {eventLimit: 256 * 1024, panExempt: []},
}

/** A bundle from plain data in the shape of the YAML files; fails with all faults. */
export function bundleOf(files: readonly unknown[], settings: BundleSettings = SETTINGS): Bundle {
  const {bundle, faults} = compileBundle({
    files: files.map((file, i) => ({
      path: `file-${i}.yaml`,
      text: typeof file === 'string' ? file : stringify(file),
    })),
    streams: streamsWith([]),
    settings,
  })
  if (bundle === undefined) throw new Error(faults.map(formatFault).join('\n'))
  return bundle
}

/** Everything that was published, folded as a subscriber would fold it: the highest revision of each record. */
export class Collected implements Publisher {
  readonly alertRecords: AlertRecord[] = []
  readonly decisionRecords: DecisionRecord[] = []
  readonly deadLetters: DeadLetter[] = []
  readonly lateOffsets: number[] = []
  readonly featureRecords: FeatureRecord[] = []

  async publish(entry: OutboxEntry): Promise<void> {
    this.alertRecords.push(...entry.alerts)
    this.decisionRecords.push(...entry.decisions)
    this.featureRecords.push(...(entry.features ?? []))
    this.deadLetters.push(...entry.deadLetters)
    this.lateOffsets.push(...entry.late.map(({offset}) => offset))
  }

  /** The alerts that stand, by id. */
  standing(): readonly AlertRecord[] {
    const newest = new Map<string, AlertRecord>()
    for (const alert of this.alertRecords) {
      const known = newest.get(alert.alert_id)
      if (known === undefined || alert.revision > known.revision) newest.set(alert.alert_id, alert)
    }
    return [...newest.values()].filter(({type}) => type !== 'alert.retracted')
  }

  /** The last revision of each transaction's decision. */
  decided(): readonly DecisionRecord[] {
    const newest = new Map<string, DecisionRecord>()
    for (const decision of this.decisionRecords) {
      const id = `${decision.user_id}\n${decision.transaction_id}`
      const known = newest.get(id)
      if (known === undefined || decision.revision > known.revision) newest.set(id, decision)
    }
    return [...newest.values()]
  }
}

export interface CollectedRun {
  readonly collected: Collected
  readonly partitions: readonly Partition[]
  readonly ledger: Ledger
}

/** Runs the engine over replay lines, given as text or as what the text parses to. */
export async function collectedRun(
  bundle: Bundle,
  lines: readonly unknown[],
  scorer?: Scorer,
): Promise<CollectedRun> {
  const collected = new Collected()
  const partitions = await runReplay({
    lines: inBlocks(lines),
    bundle,
    publisher: collected,
    scorer,
  })
  const ledger: Ledger = {}
  for (const partition of partitions) addLedger(ledger, partition.ledger)
  return {collected, partitions, ledger}
}

async function* inBlocks(lines: readonly unknown[]): AsyncGenerator<readonly Line[]> {
  const block = lines.map((line) => Line.of(typeof line === 'string' ? line : JSON.stringify(line)))
  if (block.length > 0) yield block
}
