import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

/** Over 1,000 dollars: review; over 10,000: decline; four payments within a quarter of an hour: review. */
const FILES: {readonly [path: string]: string} = {
  'rules/large.yaml': `schema: tripline/rule/v1
id: large
version: 1
title: Large payment
key: user_id
severity: high
action: review
score: 80
match:
  event: {as: tx, stream: transactions}
  when: tx.amount_usd > 1000.0
`,
  'rules/huge.yaml': `schema: tripline/rule/v1
id: huge
version: 1
title: Huge payment
key: user_id
severity: critical
action: decline
score: 95
match:
  event: {as: tx, stream: transactions}
  when: tx.amount_usd > 10000.0
`,
  'rules/absent-confirmation.yaml': `schema: tripline/rule/v1
id: far-away
version: 1
title: A fix on the other side of the world around a payment
key: user_id
severity: medium
action: review
score: 60
match:
  together:
    within: 1h
    anchor: tx
    of:
      - {as: tx, stream: transactions, when: 'tx.amount_usd > 100.0'}
      - {as: fix, stream: locations, when: 'fix.lat < -30.0'}
`,
  'policy.yaml': `schema: tripline/policy/v1
version: 1
fallback: {decision: approve, review_over: 500}
`,
}

/** Writes the rules that the tests of the API work with. */
export async function writeRulesFolder(folder: string): Promise<void> {
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(join(folder, path, '..'), {recursive: true})
    await writeFile(join(folder, path), text)
  }
}
