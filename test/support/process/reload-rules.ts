import {mkdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {stringify} from 'yaml'

/*
 * Rules for traffic of a few minutes, in stages: each stage changes, adds and removes some, and asks for fields, keys and
 * joins that the one before did not.
 */

const header = {schema: 'tripline/rule/v1', severity: 'low', action: 'review', score: 20, key: 'user_id'}

const rule = (id: string, version: number, rest: object) => ({...header, id, version, title: id, ...rest})

const window = (span: string, having: string, when?: string) => ({
  match: {
    window: {as: 'tx', stream: 'transactions', span, ...(when === undefined ? {} : {when})},
    having,
  },
})

const large = (version: number, amount: number) =>
  rule('large', version, {
    match: {event: {as: 'tx', stream: 'transactions'}, when: `tx.amount_usd > ${amount}.0`},
    action: 'decline',
    score: 70,
  })
const many = (version: number, count: number) =>
  rule('many', version, {cooldown: '2m', ...window('10m', `count() >= ${count}`)})
const busyMerchant = (version: number, count: number) =>
  rule('busy-merchant', version, {key: 'merchant_id', ...window('5m', `count() >= ${count}`)})
/** Waits for a fix that does not come. */
const noFix = rule('no-fix', 1, {
  match: {
    sequence: {
      within: '90s',
      steps: [
        {as: 'tx', stream: 'transactions', when: 'tx.amount_usd > 40.0'},
        {absent: 'fix', stream: 'locations'},
      ],
    },
  },
})
const online = rule('online', 1, window('10m', 'count() >= 2', 'tx.channel == "online"'))
const farFromPhone = rule('far-from-phone', 1, {
  match: {
    event: {as: 'tx', stream: 'transactions'},
    when: 'distance_km(location, tx) > 5.0 || location.accuracy_m > 1000.0',
  },
})
const riskyMerchant = rule('risky-merchant', 1, window('10m', 'count() >= 1', 'merchant.risk > 0.5'))

/** The rules of each stage. */
export const STAGES: readonly (readonly object[])[] = [
  [large(1, 200), many(1, 4), busyMerchant(1, 6), noFix],
  [many(2, 3), busyMerchant(2, 4), noFix, online],
  [large(2, 100), many(2, 3), online, farFromPhone, riskyMerchant],
]

/** Puts the rules of a stage into a folder, in the place of those that are there. */
export async function writeStage(folder: string, stage: number): Promise<void> {
  await mkdir(folder, {recursive: true})
  const names = STAGES.flat().map((file) => `${(file as {id: string}).id}.yaml`)
  const rules = new Map((STAGES[stage] ?? []).map((file) => [`${(file as {id: string}).id}.yaml`, file]))
  for (const name of new Set(names)) {
    const file = rules.get(name)
    if (file === undefined) await rm(join(folder, name), {force: true})
    else await writeFile(join(folder, name), stringify(file))
  }
}
