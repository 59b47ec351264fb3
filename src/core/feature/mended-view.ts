import type {z} from 'zod'
import {
  aggregateSchema,
  type FeatureViewFile,
  type RowViewFile,
  rowSchema,
  rowViewSchema,
  type WindowViewFile,
  windowViewSchema,
} from './view-file.js'

/**
 * What can be compiled of a view that does not fit its schema, so that everything wrong with the file is told at once. Undefined if
 * it does not say whose features these are, or how the event is called.
 */
export function mendedView(data: unknown): FeatureViewFile | undefined {
  if (data === null || typeof data !== 'object') return undefined
  const fields = data as {readonly [field: string]: unknown}
  const isRow = fields.kind === 'row'
  const {shape} = isRow ? rowViewSchema : windowViewSchema
  const whole: {[field: string]: unknown} = {}
  for (const [field, schema] of Object.entries(shape)) {
    const {success, data: value} = (schema as z.ZodType).safeParse(fields[field])
    if (success) whole[field] = value
  }
  if (whole.entity === undefined || whole.as === undefined) return undefined
  const name = 'mended'
  if (isRow) {
    const rows = partsOf(fields.rows, rowSchema, {name, expr: '0.0'})
    return {...whole, name, kind: 'row', rows} as RowViewFile
  }
  const windows = whole.windows ?? [{text: '1h', ms: 3_600_000}]
  const aggregates = partsOf(fields.aggregates, aggregateSchema, {name, fn: 'count'})
  return {
    delay: 0,
    exact: false,
    stream: 'transactions',
    ...whole,
    name,
    windows,
    aggregates,
  } as WindowViewFile
}

/** The parts of a list, each in its place: one that does not fit is replaced. */
function partsOf(list: unknown, schema: z.ZodType, instead: object): readonly unknown[] {
  if (!Array.isArray(list)) return []
  return list.map((part) => {
    const {success, data} = schema.safeParse(part)
    return success ? data : instead
  })
}
