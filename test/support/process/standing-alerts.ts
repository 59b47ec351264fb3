import type {AlertRecord} from '../../../src/core/decision/records.js'

/** What two runs must agree on about an alert that stands: revisions and times of detection are not part of it. */
export function sameInEveryRun({alert_id, rule, mode, key, anchor, event_time, events}: AlertRecord) {
  return {alert_id, rule, mode, key, anchor, event_time, events}
}

/** The alerts that stand, without what may differ between runs, by id. */
export function standing(alerts: readonly {readonly status: string; readonly alert: AlertRecord}[]) {
  return alerts
    .filter(({status}) => status !== 'retracted')
    .map(({status, alert}) => ({status, ...sameInEveryRun(alert)}))
    .sort((a, b) => (a.alert_id < b.alert_id ? -1 : 1))
}
