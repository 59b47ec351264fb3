const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Borders of windows that lie no further back than this are exact to the event. */
export const EXACT_REACH_MS = DAY_MS

/** Up to here back, events are kept together by the hour, further back by the day. */
export const HOURS_REACH_MS = 7 * DAY_MS

/**
 * Where a border lies that is `age` ms before `time`: there, as long as that is not more than 24 hours ago (or the
 * view is exact); else on the last full hour (up to 7 days ago) or day (UTC) at or before it. A window holds what is after its first border and not
 * after its last one.
 */
export function borderAt(time: number, age: number, exact: boolean): number {
  const at = time - age
  if (exact || age <= EXACT_REACH_MS) return at
  const pane = age <= HOURS_REACH_MS ? HOUR_MS : DAY_MS
  return Math.floor(at / pane) * pane
}

/** The pane (after its first border, up to its last) that a time lies in, by its length. */
export function paneOf(time: number, length: number): number {
  return Math.ceil(time / length)
}

export const PANES_MS = {hour: HOUR_MS, day: DAY_MS} as const
