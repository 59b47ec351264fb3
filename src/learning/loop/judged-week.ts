import {averagePrecision} from '../metrics/average-precision.js'
import {type BudgetRow, budgetCatch} from '../metrics/budget-catch.js'
import {ranking} from '../metrics/ranking.js'

/** How well a week's scores, as they were served, told its frauds. */
export interface WeekFigures {
  readonly transactions: number
  /** Fraudulent transactions. */
  readonly fraudulent: number
  /** Over all transactions of the week, by what they really were; null without frauds. */
  readonly average_precision: number | null
  /** Share of frauds with a transaction among each day's highest scores; null without frauds. */
  readonly caught_at_budget: number | null
  /** Verdicts that were known when the week began. */
  readonly labels: number
  /** The version that scored it. */
  readonly model: number
}

/** Takes in the scores of one week. */
export class JudgedWeek {
  private readonly rows: BudgetRow[] = []

  constructor(
    private readonly labels: number,
    private readonly model: number,
  ) {}

  add(row: BudgetRow): void {
    this.rows.push(row)
  }

  figures(alertsPerDay: number): WeekFigures {
    const {rows, labels, model} = this
    const truth = rows.map(({fraudId}) => (fraudId === undefined ? 0 : 1))
    const fraudulent = truth.filter((isFraud) => isFraud === 1).length
    const steps = ranking(
      rows.map(({score}) => score),
      truth,
    )
    return {
      transactions: rows.length,
      fraudulent,
      average_precision: fraudulent === 0 ? null : averagePrecision(steps),
      caught_at_budget: fraudulent === 0 ? null : budgetCatch(rows, alertsPerDay),
      labels,
      model,
    }
  }
}
