import {grouped} from '../cli/console.js'
import type {ServedParity} from './recorded-scorer.js'
import type {ReplaySummary} from './replay.js'

/** What a replay said, and the account of its input, for people. */
export function summaryWords(
  {decisions, alerts, ledger, events_per_second}: ReplaySummary,
  dir: string,
): readonly string[] {
  const accounts = Object.entries(ledger).filter(([, account]) => account.in > 0)
  return [
    `decisions: ${grouped(decisions.approve)} approve, ${grouped(decisions.review)} review, ${grouped(decisions.decline)} decline`,
    `alerts: ${grouped(alerts.final)} stand; ${grouped(alerts.opened)} opened, ${grouped(alerts.amended)} amended, ${grouped(alerts.retracted)} retracted`,
    ...accounts.map(
      ([stream, {in: all, accepted, duplicate, late, dead_lettered}]) =>
        `${stream}: ${grouped(all)} in = ${grouped(accepted)} accepted + ${grouped(duplicate)} duplicate + ${grouped(late)} late + ${grouped(dead_lettered)} dead-lettered`,
    ),
    `${grouped(events_per_second)} events/s; see ${dir}`,
  ]
}

/** Whether features came out as they were served. */
export function servedWords({recorded, different, unrecorded}: ServedParity): string {
  const rest = unrecorded > 0 ? `; ${grouped(unrecorded)} without a record` : ''
  return `features as served: ${grouped(recorded)} transactions, ${grouped(different)} come out otherwise now${rest}`
}
