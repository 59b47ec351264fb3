import {z} from 'zod'

const UNIT_MS: {readonly [unit: string]: number} = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000}
const DURATION = /^(\d+)(ms|s|m|h|d)$/
const LONGEST_MS = 3660 * 86_400_000

export const DURATION_REMEDY = 'write a whole number and a unit, such as 500ms, 30s, 15m, 1h or 7d'

/** Milliseconds of `500ms 30s 15m 1h 7d`; `undefined` for anything else, or for more than ten years. */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text)
  if (parts === null) return undefined
  const ms = Number(parts[1]) * (UNIT_MS[parts[2] as string] as number)
  return ms <= LONGEST_MS ? ms : undefined
}

/** A duration in a file, as milliseconds. */
export const durationSchema = z
  .string(DURATION_REMEDY)
  .transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined) return ms
    context.addIssue({
      code: 'custom',
      message: `${JSON.stringify(text)} is no duration`,
      params: {remedy: DURATION_REMEDY},
    })
    return z.NEVER
  })
  .meta({pattern: DURATION.source})

/** A duration for people: the two largest units. */
export function describeDuration(ms: number): string {
  if (ms < 1000) return counted(ms, 'millisecond')
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return counted(seconds, 'second')
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return counted(minutes, 'minute')
  if (minutes < 48 * 60) {
    const rest = minutes % 60
    return counted(Math.floor(minutes / 60), 'hour') + (rest === 0 ? '' : ` ${counted(rest, 'minute')}`)
  }
  return counted(Math.round(minutes / 1440), 'day')
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
