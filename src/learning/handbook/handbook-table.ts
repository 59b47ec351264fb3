import type {HandbookDataSet} from '../../simulation/handbook/data-set.js'

/** The features of consecutive transactions of the data set. */
export interface HandbookTable {
  readonly names: readonly string[]
  /** The transaction of the first row. */
  readonly firstId: number
  /** Row by row. */
  readonly rows: Float32Array
}

/** Some features of some transactions, in their order. */
export function rowsOf(table: HandbookTable, ids: Int32Array, names: readonly string[]): Float32Array {
  const columns = names.map((name) => {
    const column = table.names.indexOf(name)
    if (column < 0) throw new RangeError(`the features have no ${name}`)
    return column
  })
  const width = table.names.length
  const rows = new Float32Array(ids.length * columns.length)
  let at = 0
  for (const id of ids) {
    const start = (id - table.firstId) * width
    for (const column of columns) rows[at++] = table.rows[start + column] as number
  }
  return rows
}

/** 1 for a fraud, 0 for a legitimate transaction. */
export function labelsOf({scenario}: HandbookDataSet, ids: Int32Array): Float32Array {
  return Float32Array.from(ids, (id) => (scenario[id] === 0 ? 0 : 1))
}
