import {Problem} from './problem.js'

const ALERT_ID = /^[0-9a-f]{32}$/

/** The id of an alert as it stands in a path. Throws a Problem for what cannot be one. */
export function alertId(text: string): string {
  if (!ALERT_ID.test(text)) throw unknownAlert()
  return text
}

/** Throws a Problem for an alert that was not found. */
export function knownAlert<T>(found: T | undefined): T {
  if (found === undefined) throw unknownAlert()
  return found
}

function unknownAlert(): Problem {
  return new Problem('unknown_alert', 'an alert id is 32 hex digits; it may have been too old to keep')
}
