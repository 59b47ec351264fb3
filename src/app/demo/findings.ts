import type {AlertRecord} from '../../core/decision/records.js'
import type {ReadModel} from '../../engine/port/read-model.js'
import type {PlantedFraud} from '../../simulation/scenario/planted.js'

/** How what the rules found compares with what was planted. */
export interface Findings {
  readonly frauds: {
    readonly planted: number
    readonly found: number
    readonly by_kind: {readonly [kind: string]: {planted: number; found: number}}
    /** Ids of the frauds that no alert names. */
    readonly missed: readonly string[]
  }
  readonly alerts: {
    /** Live alerts that stand. */
    readonly live: number
    /** Those of them that name no fraudulent transaction. */
    readonly false: number
    readonly shadow: number
  }
  /** By rule: alerts that stand, frauds that they name, alerts that name none. */
  readonly by_rule: {readonly [rule: string]: {alerts: number; frauds: number; false: number}}
}

const PAGE = 200

/** Compares the alerts that stand with the frauds that were planted: an alert names the transactions of its evidence. */
export async function compareWithTruth(
  readModel: ReadModel,
  planted: readonly PlantedFraud[],
): Promise<Findings> {
  const fraudByTransaction = new Map<string, PlantedFraud>()
  for (const fraud of planted) for (const id of fraud.transaction_ids) fraudByTransaction.set(id, fraud)
  const found = new Set<PlantedFraud>()
  const byRule: {[rule: string]: {alerts: number; frauds: number; false: number}} = {}
  const foundByRule = new Map<string, Set<PlantedFraud>>()
  const alerts = {live: 0, false: 0, shadow: 0}
  for await (const alert of standingAlerts(readModel)) {
    if (alert.mode === 'shadow') {
      alerts.shadow++
      continue
    }
    const named = fraudsNamedBy(alert, fraudByTransaction)
    const rule = byRule[alert.rule.id] ?? {alerts: 0, frauds: 0, false: 0}
    const ofRule = foundByRule.get(alert.rule.id) ?? new Set<PlantedFraud>()
    byRule[alert.rule.id] = rule
    foundByRule.set(alert.rule.id, ofRule)
    alerts.live++
    rule.alerts++
    if (named.size === 0) {
      alerts.false++
      rule.false++
    }
    for (const fraud of named) {
      found.add(fraud)
      ofRule.add(fraud)
    }
    rule.frauds = ofRule.size
  }
  return {frauds: compareFrauds(planted, found), alerts, by_rule: byRule}
}

function compareFrauds(
  planted: readonly PlantedFraud[],
  found: ReadonlySet<PlantedFraud>,
): Findings['frauds'] {
  const byKind: {[kind: string]: {planted: number; found: number}} = {}
  for (const fraud of planted) {
    const kind = byKind[fraud.kind] ?? {planted: 0, found: 0}
    byKind[fraud.kind] = kind
    kind.planted++
    if (found.has(fraud)) kind.found++
  }
  const missed = planted.filter((fraud) => !found.has(fraud)).map(({fraud_id}) => fraud_id)
  return {planted: planted.length, found: found.size, by_kind: byKind, missed}
}

function fraudsNamedBy(
  alert: AlertRecord,
  byTransaction: ReadonlyMap<string, PlantedFraud>,
): Set<PlantedFraud> {
  const named = new Set<PlantedFraud>()
  for (const {stream, id} of alert.events) {
    const fraud = stream === 'transactions' ? byTransaction.get(id) : undefined
    if (fraud !== undefined) named.add(fraud)
  }
  return named
}

async function* standingAlerts(readModel: ReadModel): AsyncGenerator<AlertRecord> {
  let cursor: string | undefined
  do {
    const page = await readModel.alerts({}, PAGE, cursor)
    for (const {status, alert} of page.items) if (status !== 'retracted') yield alert
    cursor = page.cursor
  } while (cursor !== undefined)
}
