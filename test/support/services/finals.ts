import {readFile} from 'node:fs/promises'
import type {AlertRecord, DecisionRecord} from '../../../src/core/decision/records.js'

/** What two runs must agree on. */
export interface Finals {
  readonly alerts: readonly unknown[]
  readonly decisions: readonly unknown[]
}

/** Of alerts that stand and of last decisions: what does not depend on when and how they were reached. */
export function finalsOf(alerts: readonly AlertRecord[], decisions: readonly DecisionRecord[]): Finals {
  return {
    alerts: alerts.map(({alert_id, rule, key, anchor, event_time, events}) => {
      return {alert_id, rule, key, anchor, event_time, events}
    }),
    decisions: decisions.map(({user_id, transaction_id, decision, rules}) => {
      return {user_id, transaction_id, decision, rules: [...rules].sort((a, b) => (a.id < b.id ? -1 : 1))}
    }),
  }
}

export function standingAlerts(records: readonly AlertRecord[]): readonly AlertRecord[] {
  return newestRevisions(records, ({alert_id}) => alert_id).filter(({type}) => type !== 'alert.retracted')
}

/** The highest revision of each record. */
export function newestRevisions<T extends {readonly revision: number}>(
  records: readonly T[],
  idOf: (record: T) => string,
): readonly T[] {
  const byId = new Map<string, T>()
  for (const record of records) {
    const known = byId.get(idOf(record))
    if (known === undefined || record.revision > known.revision) byId.set(idOf(record), record)
  }
  return [...byId.values()]
}

export async function ndjsonRecords<T>(file: string): Promise<readonly T[]> {
  const text = await readFile(file, 'utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T)
}
