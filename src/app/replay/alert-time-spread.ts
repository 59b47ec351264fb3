import type {Bundle} from '../../core/bundle/bundle.js'

/**
 * How far apart (ms) two runs can date the alert of one anchor: an alert that waits for an absence is stamped with its
 * deadline, which depends on the rule's `within` and on the evidence.
 */
export function alertTimeSpread(...bundles: readonly Bundle[]): number {
  const sequences = bundles.flatMap(({rules}) => rules.filter(({form}) => form.kind === 'sequence'))
  return Math.max(0, ...sequences.map(({form}) => form.lookahead))
}
