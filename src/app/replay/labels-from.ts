import {readRecords} from '../../adapters/files/record-file.js'
import type {Labels} from '../../core/comparison/labels.js'
import type {Verdicts} from '../../core/comparison/verdicts.js'
import {raisedAlerts} from './final-files.js'

/** What reviewers' verdicts say is fraud, by the alerts of runs in these folders; undefined if there are none. */
export async function labelsFrom(verdicts: Verdicts, dirs: readonly string[]): Promise<Labels | undefined> {
  if (verdicts.isEmpty) return undefined
  for (const dir of dirs) {
    if (verdicts.alertsNotSeen === 0) break
    for await (const block of readRecords(raisedAlerts(dir)))
      for (const {record} of block) verdicts.seeAlert(record)
  }
  return verdicts.toLabels()
}
