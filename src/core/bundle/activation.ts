import {z} from 'zod'
import {type EventTime, formatTime, parseEventTime, type WallTime} from '../event/time.js'

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
