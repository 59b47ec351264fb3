import type {AlertRecord, DecisionRecord} from '../decision/records.js'

/** How the alerts of two runs differ, an alert being the same if it has the same rule, key and anchor. */
export interface AlertCounts {
  /** Only the second run has them. */
  appear: number
  /** Only the first run has them. */
  disappear: number
  stay: number
}

export type AlertChange = keyof AlertCounts

/** Transactions that were decided otherwise. */
export interface DecisionShift {
  /** Null where a run has no decision on the transaction. */
  readonly from: DecisionRecord['decision'] | null
  readonly to: DecisionRecord['decision'] | null
  count: number
  /** Sum of the amounts that are known in US dollars. */
  amount_usd: number
  /** Transactions whose currency has no rate. */
  without_amount: number
}

/** What changed, in total or for one rule. */
export interface DiffCounts {
  readonly alerts: AlertCounts
  readonly decisions: {changed: number; readonly shifts: DecisionShift[]}
}

export type ComparedHits = Pick<DecisionRecord, 'decision' | 'rules'>

/** Counts how the second of two runs differs from the first. */
export class DiffTally {
  private readonly total = noDifference()
  private readonly byRule = new Map<string, DiffCounts>()

  alert(change: AlertChange, {rule}: Pick<AlertRecord, 'rule'>): void {
    this.total.alerts[change]++
    this.of(rule.id).alerts[change]++
  }

  /** A decision that changed counts for each rule that hits in one run and not, or not in the same way, in the other. */
  decision(a: ComparedHits | undefined, b: ComparedHits | undefined, amountUsd: number | undefined): void {
    const rules = rulesThatDiffer(a, b).map((id) => this.of(id))
    for (const {decisions} of [this.total, ...rules]) {
      decisions.changed++
      const shift = shiftOf(decisions.shifts, a?.decision ?? null, b?.decision ?? null)
      shift.count++
      if (amountUsd === undefined) shift.without_amount++
      else shift.amount_usd += amountUsd
    }
  }

  /** What changed in total and for each rule: for those named, also where nothing did. */
  result(rules: Iterable<string>): {
    readonly total: DiffCounts
    readonly rules: ReadonlyMap<string, DiffCounts>
  } {
    for (const id of rules) this.of(id)
    const sorted = [...this.byRule].sort(([a], [b]) => (a < b ? -1 : 1))
    return {total: rounded(this.total), rules: new Map(sorted.map(([id, counts]) => [id, rounded(counts)]))}
  }

  private of(rule: string): DiffCounts {
    let counts = this.byRule.get(rule)
    if (counts === undefined) {
      counts = noDifference()
      this.byRule.set(rule, counts)
    }
    return counts
  }
}

function noDifference(): DiffCounts {
  return {alerts: {appear: 0, disappear: 0, stay: 0}, decisions: {changed: 0, shifts: []}}
}

/** Amounts to the cent; the shifts of most transactions first. */
function rounded({alerts, decisions: {changed, shifts}}: DiffCounts): DiffCounts {
  const inDollars = shifts.map((shift) => ({...shift, amount_usd: Math.round(shift.amount_usd * 100) / 100}))
  return {alerts, decisions: {changed, shifts: inDollars.sort((a, b) => b.count - a.count)}}
}

function shiftOf(
  shifts: DecisionShift[],
  from: DecisionShift['from'],
  to: DecisionShift['to'],
): DecisionShift {
  const known = shifts.find((shift) => shift.from === from && shift.to === to)
  if (known !== undefined) return known
  const shift = {from, to, count: 0, amount_usd: 0, without_amount: 0}
  shifts.push(shift)
  return shift
}

/** The rules that hit a transaction in one run only, or with another action or score. */
function rulesThatDiffer(a: ComparedHits | undefined, b: ComparedHits | undefined): readonly string[] {
  const [before, after] = [hitsOf(a), hitsOf(b)]
  const ids = new Set([...before.keys(), ...after.keys()])
  return [...ids].filter((id) => before.get(id) !== after.get(id))
}

function hitsOf(decision: ComparedHits | undefined): ReadonlyMap<string, string> {
  return new Map(decision?.rules.map(({id, action, score}) => [id, `${action} ${score}`]))
}
