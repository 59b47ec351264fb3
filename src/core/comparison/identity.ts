import type {AlertRecord, DecisionRecord} from '../decision/records.js'

/**
 * What an alert is about whatever the version of its rule: rule, key and anchor. The alert's id says the version too,
 * so that it changes when a version is raised.
 */
export function alertAcrossVersions({
  rule,
  key,
  anchor,
}: Pick<AlertRecord, 'rule' | 'key' | 'anchor'>): string {
  return JSON.stringify([rule.id, key.name, key.value, anchor.stream, anchor.id])
}

/** Transaction ids are unique for one user. */
export function decisionIdentity({
  user_id,
  transaction_id,
}: Pick<DecisionRecord, 'user_id' | 'transaction_id'>): string {
  return `${user_id}\n${transaction_id}`
}
