import {type AlertView, viewAfterVerdict} from '../../core/case/alert-view.js'
import type {AuditedChange} from '../../core/case/audit-record.js'
import type {Verdict} from '../../core/case/verdict.js'
import {auditedClosing, auditedLabel} from '../../core/case/verdict-audit.js'
import type {DecisionRecord} from '../../core/decision/records.js'
import {eventTimeOf} from '../../engine/port/published.js'
import type {EmbeddedDatabase, Writes} from './database.js'
import {alertKey, DECISIONS, idPart, verdictKey, verdictPlaceKey} from './keyspace.js'

/** What verdicts change, and how the trail tells of it. */
export interface VerdictChanges {
  readonly writes: Writes
  readonly audited: readonly AuditedChange[]
}

/**
 * Verdicts of an entry whose other records are in place already: each is kept, and closes the alert that it names or,
 * if it names none, those that the decision on its transaction names.
 */
export async function verdictChanges(
  {level}: EmbeddedDatabase,
  verdicts: readonly Verdict[],
): Promise<VerdictChanges> {
  const writes: Writes = []
  const audited: AuditedChange[] = []
  const views = new Map<string, AlertView>()
  for (const verdict of verdicts) {
    const {feedback_id, user_id} = verdict
    const label = auditedLabel(verdict)
    if (label !== undefined && (await level.get(verdictKey(feedback_id, user_id))) === undefined)
      audited.push(label)
    const place = verdictPlaceKey(eventTimeOf(verdict), feedback_id, user_id)
    writes.push({type: 'put', key: verdictKey(feedback_id, user_id), value: JSON.stringify(verdict)})
    writes.push({type: 'put', key: place, value: ''})
    for (const id of await alertsOf(verdict)) {
      const before = views.get(id) ?? (await viewOf(id))
      const after = before === undefined ? undefined : viewAfterVerdict(before, verdict)
      if (before === undefined || after === undefined) continue
      views.set(id, after)
      audited.push(auditedClosing(verdict, before, after))
    }
  }
  for (const [id, view] of views) writes.push({type: 'put', key: alertKey(id), value: JSON.stringify(view)})
  return {writes, audited}

  async function viewOf(id: string): Promise<AlertView | undefined> {
    const text = await level.get(alertKey(id))
    return text === undefined ? undefined : (JSON.parse(text) as AlertView)
  }

  async function alertsOf({alert_id, transaction_id, user_id}: Verdict): Promise<readonly string[]> {
    if (alert_id !== null) return [alert_id]
    if (transaction_id === null) return []
    const text = await level.get(DECISIONS + idPart(transaction_id) + idPart(user_id))
    const rules = text === undefined ? [] : (JSON.parse(text) as DecisionRecord).rules
    return rules.flatMap(({alert_id: id}) => (id === null ? [] : [id]))
  }
}
