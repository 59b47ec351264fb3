import type {Outcome} from '../oracle/outcome.js'
import type {CollectedRun} from './collected-run.js'

/**
 * What two runs must agree on: of alerts id, rule, key, anchor and evidence; of decisions the transaction, the
 * decision and the rule hits; and the accounts. Revisions and times of detection are not part of it.
 */
export interface Truth {
  readonly alerts: readonly unknown[]
  readonly decisions: readonly unknown[]
  readonly ledger: unknown
  readonly deadLetters: readonly unknown[]
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

export function truthOf({collected, ledger}: CollectedRun): Truth {
  return {
    alerts: collected
      .standing()
      .map(({alert_id, rule, key, anchor, event_time, events}) => ({
        alert_id,
        rule,
        key,
        anchor,
        event_time: Date.parse(event_time),
        events: events.map(({as, stream, id, event_time}) => ({
          as,
          stream,
          id,
          event_time: Date.parse(event_time),
        })),
      }))
      .sort(byText),
    decisions: collected
      .decided()
      .map(({transaction_id, user_id, decision, rules}) => ({
        transaction_id,
        user_id,
        decision,
        rules: rules.map(({id, version, alert_id}) => ({id, version, alert_id})).sort(byText),
      }))
      .sort(byText),
    ledger: withoutEmptyAccounts(ledger),
    deadLetters: collected.deadLetters.map(({reason}) => reason),
  }
}

export function expectedTruth(outcome: Outcome): Truth {
  return {
    alerts: outcome.alerts
      .map(({alert_id, rule, key, anchor, event_time, events}) => ({
        alert_id,
        rule,
        key,
        anchor,
        event_time,
        events: events.map(({as, stream, id, event_time}) => ({as, stream, id, event_time})),
      }))
      .sort(byText),
    decisions: outcome.decisions
      .map(({transaction_id, user_id, decision, rules}) => ({
        transaction_id,
        user_id,
        decision,
        rules: rules.map(({id, version, alert_id}) => ({id, version, alert_id})).sort(byText),
      }))
      .sort(byText),
    ledger: withoutEmptyAccounts(outcome.ledger),
    deadLetters: outcome.deadLetters.map(({reason}) => reason),
  }
}

function withoutEmptyAccounts(ledger: object): object {
  return Object.fromEntries(
    Object.entries(ledger)
      .filter(([, account]) => (account as {in: number}).in > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
