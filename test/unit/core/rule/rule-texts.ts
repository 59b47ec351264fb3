import {compileBundle} from '../../../../src/core/bundle/compile-bundle.js'
import {streamsWith} from '../../../../src/core/event/stream.js'
import {formatFault} from '../../../../src/core/source/source-fault.js'
import {SETTINGS} from '../../../support/engine/collected-run.js'

/** The first eight lines of a rule file. `match` begins on line 9. */
export const HEADER = `schema: tripline/rule/v1
id: a-rule
version: 1
title: A rule
key: user_id
severity: low
action: review
score: 10
`

export const EVENT_MATCH = `match:
  event: {as: tx, stream: transactions}
  when: tx.amount > 5.0
`

/** All faults of files called rule.yaml, 2.yaml, 3.yaml …, as they are shown. */
export function lint(...texts: readonly string[]): readonly string[] {
  const files = texts.map((text, i) => ({path: i === 0 ? 'rule.yaml' : `${i + 1}.yaml`, text}))
  return compileBundle({files, streams: streamsWith([]), settings: SETTINGS}).faults.map(formatFault)
}
