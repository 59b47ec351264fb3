/** How far a generated event set reaches in event time; spans of rules are multiples of the same unit. */
export interface Scale {
  readonly unitMs: number
  /** Event times lie on 0 to `units` units after START, or 1 ms beside one. */
  readonly units: number
}

/** A Monday at noon. */
export const START = Date.UTC(2026, 0, 5, 12)

/**
 * Nine minutes: within the default out-of-orderness + allowed lateness, so that any arrival order is
 * accepted.
 */
export const CLOSE: Scale = {unitMs: 60_000, units: 9}

/**
 * A day and a half in half hours: beyond `location_max_age` and, unless delays are bounded, beyond
 * lateness.
 */
export const LONG: Scale = {unitMs: 1_800_000, units: 72}

/** `n` units as a rule spells a duration. */
export function spelledUnits(scale: Scale, units: number): string {
  return `${(scale.unitMs / 60_000) * units}m`
}
