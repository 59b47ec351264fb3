import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {economicsWords} from '../../../../src/app/rules/economics-words.js'
import {type EconomicsReport, ruleEconomics} from '../../../../src/app/rules/rule-economics.js'
import {bundleOf} from '../../../support/engine/collected-run.js'

const MINUTE_MS = 60_000

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-test-'))
})
afterAll(() => rm(folder, {recursive: true}))

const rule = (id: string, when: string, given: object = {}) => ({
  ...{schema: 'tripline/rule/v1', id, version: 1, title: id, key: 'user_id', severity: 'high'},
  ...{action: 'review', score: 50, match: {event: {as: 'tx', stream: 'transactions'}, when}, ...given},
})
const BUNDLE = bundleOf([
  rule('large', 'tx.amount > 100.0', {version: 4}),
  rule('largest', 'tx.amount > 200.0'),
  rule('tried', 'tx.amount > 40.0', {mode: 'shadow'}),
  rule('silent', 'tx.amount > 9000.0'),
])

const transaction = (id: string, minute: number, amount: number) => ({
  stream: 'transactions',
  event: {transaction_id: id, user_id: 'u1', amount, event_time: minute * MINUTE_MS},
})
const verdict = (transaction_id: string, said: string) => ({
  stream: 'feedback',
  event: {
    ...{feedback_id: `f-${transaction_id}`, user_id: 'u1', verdict: said, transaction_id},
    event_time: 100 * MINUTE_MS,
  },
})

/** Two days. */
const EVENTS = [
  transaction('small', 0, 50),
  transaction('good', 10, 150),
  transaction('bad', 20, 160),
  transaction('worse', 30, 250),
  transaction('unknown', 40, 300),
  transaction('last', 2 * 24 * 60, 1),
]
const VERDICTS = [verdict('small', 'fraud'), verdict('good', 'legitimate')].concat(
  ['bad', 'worse'].map((id) => verdict(id, 'fraud')),
)

let runs = 0
async function economicsOf(lines: readonly object[], labelsFile?: string): Promise<EconomicsReport> {
  const input = join(folder, `events-${runs++}.ndjson`)
  await writeFile(input, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return ruleEconomics({inputs: [input], bundle: BUNDLE, labelsFile})
}

describe('what a rule is worth', () => {
  test('is told by what turned out to be fraud among its alerts', async () => {
    const {labels, rules} = await economicsOf([...EVENTS, ...VERDICTS])
    expect(labels).toEqual({
      ...{source: 'feedback', frauds: 3, frauds_elsewhere: 0, verdicts_on_other_alerts: 0},
    })
    expect(rules.large).toEqual({
      ...{version: 4, mode: 'live', alerts: 4, unlabelled: 1, precision: 2 / 3},
      ...{caught: 2, recall: 2 / 3, unique_catches: 1, overlap: 0.5, alerts_per_day: 2},
      // 160 and 250, over four alerts.
      ...{amount_saved_usd: 410, saved_without_amount: 0, saved_per_alert_usd: 102.5},
    })
    expect(rules.largest).toMatchObject({
      precision: 1,
      unique_catches: 0,
      overlap: 1,
      saved_per_alert_usd: 125,
    })
  })

  test('counts a shadow rule by what it would have caught, and a silent one as nothing', async () => {
    const {rules, total} = await economicsOf([...EVENTS, ...VERDICTS])
    expect(rules.tried).toMatchObject({mode: 'shadow', caught: 3, unique_catches: 1})
    expect(rules.silent).toMatchObject({alerts: 0, precision: null, saved_per_alert_usd: null})
    expect(total).toMatchObject({alerts: 6, caught: 2, amount_saved_usd: 410, saved_per_alert_usd: 68.33})
  })

  test('is unknown where nothing says what is fraud', async () => {
    const {labels, rules, total} = await economicsOf(EVENTS)
    expect(labels).toBeNull()
    expect(rules.large).toMatchObject({alerts: 4, unlabelled: 4, precision: null, saved_per_alert_usd: null})
    expect(total.amount_saved_usd).toBeNull()
  })

  test('follows a truth file instead of feedback, where one is given', async () => {
    const truth = join(folder, 'truth.ndjson')
    await writeFile(truth, `${JSON.stringify({fraud_id: 'f', transaction_ids: ['unknown', 'good']})}\n`)
    const {labels, rules} = await economicsOf([...EVENTS, ...VERDICTS], truth)
    expect(labels).toMatchObject({source: 'truth', frauds: 1})
    expect(rules.large).toMatchObject({precision: 0.5, amount_saved_usd: 450, unlabelled: 0})
  })
})

test('in words: what saves most first, what never alerted only counted', async () => {
  const words = economicsWords(await economicsOf([...EVENTS, ...VERDICTS]))
  expect(words[0]).toBe('labels from feedback; frauds: 3')
  expect(words.slice(2, 6).map((line) => line.split(/ {2,}/)[0])).toEqual([
    'all live rules',
    'large v4',
    'largest v1',
    'tried v1 (shadow)',
  ])
  expect(words[3]).toMatch(/ 4 +66\.7% +2 +1 +50\.0% +\$410\.00 +\$102\.50 +1 +2$/)
  expect(words.at(-1)).toBe('1 rule never alerted')
})

test('nothing is left behind', async () => {
  const before = (await readdir(tmpdir())).filter((name) => name.startsWith('tripline-economics-'))
  await economicsOf(EVENTS)
  const after = (await readdir(tmpdir())).filter((name) => name.startsWith('tripline-economics-'))
  expect(after).toEqual(before)
})
