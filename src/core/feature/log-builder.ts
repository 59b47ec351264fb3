import type {StoredEvent} from '../event/stored-event.js'
import type {Stream} from '../event/stream.js'
import {COLUMN_WIDTH, type Column, type ColumnKind, type FoldMode, type LogPlan} from './log-plan.js'
import {EXACT_REACH_MS, HOURS_REACH_MS} from './window-border.js'

export type Test = (event: StoredEvent) => boolean
export type Read = (event: StoredEvent) => number

/** What views ask of one log, gathered: equal conditions, values and columns are kept once. */
export class LogBuilder {
  private readonly whens = new Map<string, Test>()
  private readonly values = new Map<string, Read>()
  private readonly columns = new Map<string, Column>()
  private width = 1
  private slots = 0
  private byHour = false
  private reach = 0

  constructor(
    readonly stream: Stream,
    readonly fold: FoldMode,
  ) {}

  /** The place of a condition; -1 for none. */
  when(canonical: string | undefined, test: Test | undefined): number {
    return canonical === undefined || test === undefined ? -1 : placeIn(this.whens, canonical, test)
  }

  value(canonical: string, read: Read): number {
    return placeIn(this.values, canonical, read)
  }

  column(kind: ColumnKind, when: number, value: number): Column {
    const key = `${kind} ${when} ${value}`
    let column = this.columns.get(key)
    if (column === undefined) {
      column = {kind, when, value, at: this.width, index: this.columns.size, slots: []}
      this.columns.set(key, column)
      this.width += COLUMN_WIDTH[kind]
    }
    return column
  }

  /** A place where a window remembers what it found in a column. */
  slot({slots}: Column): number {
    slots.push(this.slots)
    return this.slots++
  }

  /** A window whose borders lie so far back. */
  reaches(age: number, exact: boolean): void {
    this.reach = Math.max(this.reach, age)
    if (!exact && age > EXACT_REACH_MS && age <= HOURS_REACH_MS) this.byHour = true
  }

  build(): LogPlan {
    const columns = [...this.columns.values()]
    const {stream, fold, byHour, reach, width, slots} = this
    return {
      stream: stream.name,
      rank: stream.rank,
      whens: [...this.whens.values()],
      values: [...this.values.values()],
      columns,
      width,
      slots,
      fold,
      staysInHistory: stream.neverLate,
      byHour,
      reach,
      sparse: columns.every(({when}) => when >= 0),
    }
  }
}

function placeIn<T>(known: Map<string, T>, name: string, what: T): number {
  if (!known.has(name)) known.set(name, what)
  return [...known.keys()].indexOf(name)
}
