import type {AlertView} from '../case/alert-view.js'
import type {AlertRecord} from '../decision/records.js'
import {FORGOTTEN} from './forgotten-alert.js'
import type {ForgottenUser} from './forgotten-user.js'

/** Keys that are about a person; a merchant is none. */
const PERSONAL_KEYS: ReadonlySet<string> = new Set(['user_id', 'card_id', 'device_id', 'ip'])

/**
 * An alert that tells nothing of a forgotten user any more; undefined if it never did. Its id, rule, time, severity and the
 * stages of its life stay: they are counted.
 */
export function redactAlert(alert: AlertRecord, user: ForgottenUser): AlertRecord | undefined {
  const {key, anchor, events} = alert
  const isOwn = (key.name === 'user_id' && user.is(key.value)) || user.hasEvent(anchor.stream, anchor.id)
  if (!isOwn && !events.some(({stream, id}) => user.hasEvent(stream, id))) return undefined
  const hidesKey = isOwn && PERSONAL_KEYS.has(key.name)
  return {
    ...alert,
    key: hidesKey ? {...key, value: FORGOTTEN} : key,
    anchor: isOwn ? {...anchor, id: FORGOTTEN} : anchor,
    events: events.map((event) =>
      isOwn || user.hasEvent(event.stream, event.id) ? {...event, id: FORGOTTEN} : event,
    ),
    reason: '',
    clauses: [],
    flips: [],
  }
}

/** The same of what is known of an alert: what people wrote about it goes, what they found stays. */
export function redactView(view: AlertView, user: ForgottenUser): AlertView | undefined {
  const alert = redactAlert(view.alert, user)
  if (alert === undefined) return undefined
  const {triage} = view
  if (triage === undefined) return {...view, alert}
  const verdict = triage.verdict && {
    ...triage.verdict,
    ...{feedback_id: FORGOTTEN, user_id: FORGOTTEN, transaction_id: null, alert_id: alert.alert_id},
  }
  return {...view, alert, triage: {...triage, verdict, notes: []}}
}
