import {type CaseEntity, casePrefix} from '../../core/case/case-view.js'
import {BUCKETS, bucketKeys, bucketOf, idText, type Keyspace} from './keyspace.js'

/** Digits of a case's id that say whom it is about. */
const PREFIX_LENGTH = 8

/**
 * Keys of cases. All that is about one entity shares a hash tag, so that one script can write it: its bucket is that of
 * the first digits of its cases' ids.
 */
export interface CaseKeys {
  /** Sorted sets of places: all cases by when they were opened, those that are not closed by when they are due. */
  readonly places: string
  readonly due: string
  /** List: what happened to cases, and is to be told. */
  readonly records: string
  /** List: what people did, on its way to the audit trail. */
  readonly untold: string
  case(id: string): string
  /** The id of the case that an alert is part of. */
  ofAlert(alert: string): string
  /** What was done with a case that is not there yet. */
  waiting(id: string): string
  /** The id of the case that the next alert joins. */
  current(entity: CaseEntity): string
}

/** By bucket. */
export function allCaseKeys(keyspace: Keyspace): readonly CaseKeys[] {
  const {namespace} = keyspace
  return Array.from({length: BUCKETS}, (_, bucket) => {
    const prefix = `${namespace}:{b${bucket}}:case`
    return {
      places: `${prefix}s`,
      due: `${prefix}s:due`,
      records: `${prefix}s:records`,
      untold: bucketKeys(keyspace, bucket).untold,
      case: (id) => `${prefix}:${idText(id)}`,
      waiting: (id) => `${prefix}-waits:${idText(id)}`,
      ofAlert: (alert) => `${prefix}-of:${idText(alert)}`,
      current: ({name, value}) => `${prefix}-now:${idText(name)}:${idText(value)}`,
    }
  })
}

export function bucketOfEntity(entity: CaseEntity): number {
  return bucketOf(casePrefix(entity))
}

export function bucketOfCase(id: string): number {
  return bucketOf(id.slice(0, PREFIX_LENGTH))
}
