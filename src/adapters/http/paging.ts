import {z} from 'zod'
import {InvalidCursorError, type Page} from '../../engine/port/read-model.js'
import {Problem} from './problem.js'
import {numberParameter, textParameter} from './query.js'

const DEFAULT_LIMIT = 50
const LONGEST_CURSOR = 2048

/** The query parameters of a list: how many items of it, and where to go on. */
export function pagedBy(most: number): {
  readonly limit: z.ZodDefault<z.ZodType<number>>
  readonly cursor: z.ZodOptional<z.ZodType<string>>
} {
  return {
    limit: numberParameter(1, most).default(DEFAULT_LIMIT),
    cursor: textParameter(LONGEST_CURSOR).optional(),
  }
}

/** A page of a list; `next_cursor` asks for what follows and is null at the end. */
export function pageSchema<T extends z.ZodType>(
  item: T,
): z.ZodObject<{items: z.ZodArray<T>; next_cursor: z.ZodNullable<z.ZodString>}> {
  return z.strictObject({items: z.array(item), next_cursor: z.string().nullable()})
}

/** A page as it is answered. Rejects with a Problem for a cursor that was not given out. */
export async function pageOf<T, U>(
  page: Promise<Page<T>>,
  toAnswer: (item: T) => U,
): Promise<{items: U[]; next_cursor: string | null}> {
  try {
    const {items, cursor} = await page
    return {items: items.map(toAnswer), next_cursor: cursor ?? null}
  } catch (error) {
    if (error instanceof InvalidCursorError) throw new Problem('invalid_cursor', error.message)
    throw error
  }
}
