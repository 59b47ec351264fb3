import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {NdjsonWriter} from '../../adapters/files/ndjson-writer.js'
import {pairFiles} from '../../adapters/files/pair-files.js'
import {compareAlerts, compareDecisions, sameModel} from '../../core/comparison/equality.js'
import {decisionIdentity} from '../../core/comparison/identity.js'
import {Pairing} from '../../core/comparison/pairing.js'
import {
  DifferenceCounter,
  type DifferenceCounts,
  type Naming,
  type RunDifference,
} from './difference-counter.js'
import {type EmittedAlert, type EmittedDecision, emittedAlerts, emittedDecisions} from './final-files.js'

/** How a replay's final records compare with those of another run: `compare.json`. */
export interface RunComparison {
  /** Whether both say the same: alerts, their evidence, decisions, rule hits, and scores under the same model. */
  readonly equal: boolean
  /** The folder of the other run. */
  readonly emitted: string
  readonly alerts: DifferenceCounts
  readonly decisions: DifferenceCounts & {
    /** Decisions that another model scored: their scores were not compared. */
    readonly other_model: number
  }
  /** The first differences of each kind; `compare.ndjson` holds all of them. */
  readonly first: readonly RunDifference[]
}

export interface RunsToCompare {
  /** Folder of the replay, where the differences are written. */
  readonly replayed: string
  /** Folder of the other run. */
  readonly emitted: string
  /** How far apart, in ms, the two can date one alert. */
  readonly alertTimeSpread: number
}

/** Compares two runs by their final files, each read once from beginning to end. */
export async function compareRuns({
  replayed,
  emitted,
  alertTimeSpread,
}: RunsToCompare): Promise<RunComparison> {
  const writer = new NdjsonWriter(join(replayed, 'compare.ndjson'))
  const write = (difference: RunDifference) => writer.write(JSON.stringify(difference))
  const alerts = new DifferenceCounter(ALERTS, compareAlerts, write)
  const decisions = new DifferenceCounter(DECISIONS, compareDecisions, write)
  let otherModel = 0
  const alertPairs = new Pairing<EmittedAlert>({
    identityOf: ALERTS.idOf,
    spread: alertTimeSpread,
    emit: (a, b) => alerts.add(standing(a), standing(b)),
  })
  const decisionPairs = new Pairing<EmittedDecision>({
    identityOf: decisionIdentity,
    spread: 0,
    emit: (a, b) => {
      if (a !== undefined && b !== undefined && !sameModel(a, b)) otherModel++
      decisions.add(a, b)
    },
  })
  const drained = () => writer.drained()
  await pairFiles(emittedAlerts(replayed), emittedAlerts(emitted), alertPairs, drained)
  await pairFiles(emittedDecisions(replayed), emittedDecisions(emitted), decisionPairs, drained)
  await writer.close()
  const comparison: RunComparison = {
    equal: alerts.areEqual && decisions.areEqual,
    emitted,
    alerts: alerts.counts,
    decisions: {...decisions.counts, other_model: otherModel},
    first: [...alerts.first, ...decisions.first],
  }
  await writeFile(join(replayed, 'compare.json'), `${JSON.stringify(comparison, null, 2)}\n`)
  return comparison
}

const ALERTS: Naming<EmittedAlert> = {
  record: 'alert',
  idOf: ({alert_id}) => alert_id,
  aboutOf: ({rule, key, anchor, reason}) =>
    `${rule.id} v${rule.version}, ${key.value}, ${anchor.stream} ${anchor.id}: ${reason}`,
}

const DECISIONS: Naming<EmittedDecision> = {
  record: 'decision',
  idOf: ({transaction_id}) => transaction_id,
  aboutOf: ({user_id, decision}) => `${decision} for ${user_id}`,
}

/** An alert that was taken back is as good as none. */
function standing(alert: EmittedAlert | undefined): EmittedAlert | undefined {
  return alert?.type === 'alert.retracted' ? undefined : alert
}
