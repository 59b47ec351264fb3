import {z} from 'zod'

const UNIT_BYTES: {readonly [unit: string]: number} = {B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3}
const SIZE = /^(\d{1,15}) ?(B|KiB|MiB|GiB)?$/

/** Bytes of `10 MiB`, `256KiB`, `512 B` or `65536`; `undefined` for anything else. */
export function parseSize(text: string): number | undefined {
  const parts = SIZE.exec(text)
  if (parts === null) return undefined
  const bytes = Number(parts[1]) * (UNIT_BYTES[parts[2] ?? 'B'] as number)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** A size in the largest unit that says it exactly; `parseSize` reads it back. */
export function formatSize(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB']) {
    const count = bytes / (UNIT_BYTES[unit] as number)
    if (count >= 1 && Number.isInteger(count)) return `${count} ${unit}`
  }
  return `${bytes} B`
}

/** A size in a file, as bytes: a number of bytes, or text with a unit. */
export const sizeSchema = z.union([z.int().min(0), z.string()]).transform((given, context) => {
  const bytes = typeof given === 'number' ? given : parseSize(given)
  if (bytes !== undefined) return bytes
  context.addIssue({code: 'custom', message: 'no size'})
  return z.NEVER
})
