import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

/** A version of the rule about large payments. */
export function largePayment(version: number, above: number): string {
  return `schema: tripline/rule/v1
id: large
version: ${version}
title: Large payment
key: user_id
severity: high
action: review
score: 80
match:
  event: {as: tx, stream: transactions}
  when: tx.amount_usd > ${above}.0
`
}

/** Over 1,000 dollars: review; over 10,000: decline; four payments within a quarter of an hour: review. */
const FILES: {readonly [path: string]: string} = {
  'rules/large.yaml': largePayment(1, 1000),
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

const LIST_FILES: {readonly [path: string]: string} = {
  'lists/blocked_devices.yaml': 'schema: tripline/list/v1\nname: blocked_devices\nentries: []\n',
  'rules/blocked-device.yaml': `schema: tripline/rule/v1
id: blocked-device
version: 1
title: A device that was blocked
key: user_id
severity: critical
action: decline
score: 99
match:
  event: {as: tx, stream: transactions}
  when: tx.device_id in lists.blocked_devices
`,
}

/** Writes the rules that the tests of the API work with; `lists`: a list and a rule that looks into it as well. */
export async function writeRulesFolder(folder: string, lists = false): Promise<void> {
  for (const [path, text] of Object.entries({...FILES, ...(lists ? LIST_FILES : {})})) {
    await mkdir(join(folder, path, '..'), {recursive: true})
    await writeFile(join(folder, path), text)
  }
}
