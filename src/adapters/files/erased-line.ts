import {type EventTime, formatTime, parseEventTime} from '../../core/event/time.js'
import type {ErasedInput} from '../../core/forgetting/erased-input.js'
import type {Fate} from '../../core/ledger/ledger.js'

const FATES: readonly unknown[] = ['accepted', 'duplicate', 'late', 'dead_lettered'] satisfies Fate[]

/** What is left of an input whose user was forgotten, as a part of a recorded line. */
export function erasedPart({fate, time}: ErasedInput): string {
  return JSON.stringify({fate, ...(time === null ? {} : {event_time: formatTime(time)})})
}

/** The same, read again; undefined if it is not that. */
export function erasedIn(value: unknown): ErasedInput | undefined {
  const {fate, event_time} = (value ?? {}) as {readonly fate?: unknown; readonly event_time?: unknown}
  if (!FATES.includes(fate)) return undefined
  return {fate: fate as Fate, time: (parseEventTime(event_time) as EventTime | undefined) ?? null}
}
