import {FORGOTTEN} from '../forgetting/forgotten-alert.js'
import type {ForgottenUser} from '../forgetting/forgotten-user.js'
import type {CaseRecord} from './case-events.js'
import type {CaseEntity, CaseView} from './case-view.js'

/**
 * A case that tells nothing of a forgotten user any more; undefined if it never did. Its id, times, severity and what was
 * found stay: they are counted.
 */
export function redactCase(view: CaseView, user: ForgottenUser): CaseView | undefined {
  const isOwn = isAbout(view.entity, user)
  const tells = isOwn || view.alerts.some(({anchor}) => user.hasEvent(anchor.stream, anchor.id))
  if (!tells) return undefined
  return {
    ...view,
    entity: isOwn ? {...view.entity, value: FORGOTTEN} : view.entity,
    alerts: view.alerts.map((alert) => {
      const {anchor} = alert
      const hides = isOwn || user.hasEvent(anchor.stream, anchor.id)
      return hides ? {...alert, anchor: {...anchor, id: FORGOTTEN}} : alert
    }),
    changes: view.changes.map((change) => {
      if (change.type === 'noted') return {...change, text: ''}
      return change.type === 'closed' ? {...change, list_entries: []} : change
    }),
  }
}

/** The same of what was told of a case. */
export function redactCaseRecord(record: CaseRecord, user: ForgottenUser): CaseRecord | undefined {
  if (!isAbout(record.entity, user)) return undefined
  return {...record, entity: {...record.entity, value: FORGOTTEN}}
}

function isAbout({name, value}: CaseEntity, user: ForgottenUser): boolean {
  return name === 'user_id' && user.is(value)
}
