import {z} from 'zod'
import {BEGINNING_OF_TIME, type EventTime, formatTime, parseEventTime, type WallTime} from '../event/time.js'

/** The stream of control records. No producer can send to it: the name of a declared stream holds no dot. */
export const CONTROL_STREAM = 'tripline.control'

/** A bundle comes into force: a record of the log like any other, so that every reading switches at the same place. */
export interface Activation {
  /** Id of the bundle. */
  readonly bundle: string
  /** When it was put on the log. Rules that begin with it look at anchors from this time on. */
  readonly at: WallTime
  /** Rules that look at all anchors that are not settled. */
  readonly backfill: readonly string[]
  /** Deadlines up to this event time were reached before it, where a recorded run says so. */
  readonly resolvedUpTo?: EventTime | undefined
}

const timeSchema = z.string().refine((text) => parseEventTime(text) !== undefined)

/** What a control record holds. */
const controlSchema = z.strictObject({
  activate: z.string().min(1),
  backfill: z.array(z.string()).default([]),
  resolved: timeSchema.optional(),
})

/** The last line of a recorded run: how far deadlines were resolved when it was recorded; null if none were. */
const endSchema = z.strictObject({resolved: timeSchema.nullable()})

export function encodeActivation({bundle, backfill, resolvedUpTo}: Omit<Activation, 'at'>): string {
  return JSON.stringify({
    activate: bundle,
    backfill,
    ...(resolvedUpTo === undefined ? {} : {resolved: formatTime(resolvedUpTo)}),
  })
}

/** The activation that a control record holds; undefined if it holds none. */
export function parseActivation(value: unknown, at: WallTime): Activation | undefined {
  const {data} = controlSchema.safeParse(value)
  if (data === undefined) return undefined
  return {bundle: data.activate, at, backfill: data.backfill, resolvedUpTo: parseEventTime(data.resolved)}
}

export function encodeEnd(resolvedUpTo: EventTime | null): string {
  return JSON.stringify({resolved: resolvedUpTo === null ? null : formatTime(resolvedUpTo)})
}

/** How far deadlines are resolved where a recorded run ends; undefined if that is not what the record says. */
export function parseEnd(value: unknown): EventTime | undefined {
  const {data} = endSchema.safeParse(value)
  return data === undefined ? undefined : (parseEventTime(data.resolved) ?? BEGINNING_OF_TIME)
}
