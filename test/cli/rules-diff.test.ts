import {cp, mkdir, readdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {stringify} from 'yaml'
import {diffRules} from '../../src/app/replay/diff-rules.js'
import type {ReplaySummary} from '../../src/app/replay/replay.js'
import type {RuleDiff, RuleDiffLine} from '../../src/app/replay/rule-diff.js'
import {diffWords} from '../../src/app/rules/diff-words.js'
import {alertId} from '../../src/core/decision/alert-identity.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {bundleOf} from '../support/engine/collected-run.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {recordsOf} from '../support/process/text-files.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

const MINUTE_MS = 60_000

let folder: TemporaryFolder
const path = (name: string) => join(folder.path, name)

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

const eventRule = (id: string, when: string, given: object = {}) => ({
  schema: 'tripline/rule/v1',
  id,
  version: 1,
  title: id,
  key: 'user_id',
  severity: 'high',
  action: 'review',
  score: 50,
  match: {event: {as: 'tx', stream: 'transactions'}, when},
  ...given,
})

/** Under A, over $100 is reviewed. Under B, over $200 is declined, and what is tiny is reviewed. */
const RULES = {
  a: [eventRule('large', 'tx.amount > 100.0'), eventRule('same', 'tx.amount == 7.0')],
  b: [
    eventRule('large', 'tx.amount > 200.0', {version: 2, action: 'decline'}),
    eventRule('same', 'tx.amount == 7.0'),
    eventRule('tiny', 'tx.amount < 2.0'),
  ],
}

const transaction = (id: string, minute: number, amount: number, given: object = {}) => ({
  stream: 'transactions',
  event: {transaction_id: id, user_id: 'u1', amount, event_time: minute * MINUTE_MS, ...given},
})
const feedback = (id: string, minute: number, verdict: string, about: object) => ({
  stream: 'feedback',
  event: {feedback_id: id, user_id: 'u1', verdict, event_time: minute * MINUTE_MS, ...about},
})

/** Two days of event time. */
const EVENTS = [
  transaction('plain', 0, 50),
  transaction('mid', 10, 150),
  transaction('seven', 15, 7),
  transaction('big', 20, 250),
  transaction('tiny', 30, 1),
  transaction('foreign', 40, 300, {currency: 'XTS'}),
  transaction('last', 2 * 24 * 60, 50),
]

interface DiffGiven {
  readonly lines?: readonly object[]
  readonly rules?: {readonly a: readonly object[]; readonly b: readonly object[]}
  readonly labelsFile?: string
}

let runs = 0

async function diffed({lines = EVENTS, rules = RULES, labelsFile}: DiffGiven = {}) {
  const outputDir = path(`run-${runs++}`)
  const input = `${outputDir}.ndjson`
  await writeFile(input, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const result = await diffRules({
    inputs: [input],
    outputDir,
    bundles: {a: bundleOf(rules.a), b: bundleOf(rules.b)},
    folders: {a: 'rules-a', b: 'rules-b'},
    labelsFile,
  })
  const changes = await recordsOf<RuleDiffLine>(join(outputDir, 'diff.ndjson'))
  return {...result, outputDir, changes}
}

/** `appear tiny tiny`: change, rule and anchor; `approve → review tiny 1`: from, to, transaction and amount. */
function inShort(line: RuleDiffLine): string {
  if (line.change === 'decision')
    return `${line.from?.decision} → ${line.to?.decision} ${line.transaction_id} ${line.amount_usd}`
  return `${line.change} ${line.alert.rule.id} ${line.alert.anchor.id}`
}

describe('what changes', () => {
  test('alerts appear, disappear and stay; a raised version is no difference by itself', async () => {
    const {diff, changes} = await diffed()
    expect(diff.alerts).toEqual({appear: 1, disappear: 1, stay: 3})
    expect(diff.rules.large).toMatchObject({
      version: {a: 1, b: 2},
      alerts: {appear: 0, disappear: 1, stay: 2},
    })
    expect(diff.rules.tiny).toMatchObject({
      version: {a: null, b: 1},
      mode: {a: null, b: 'live'},
      alerts: {appear: 1, disappear: 0, stay: 0},
    })
    expect(changes.map(inShort)).toEqual([
      'disappear large mid',
      'appear tiny tiny',
      'review → approve mid 150',
      'review → decline big 250',
      'approve → review tiny 1',
      'review → decline foreign null',
    ])
  })

  test('decisions change from one to another, with counts and amounts, in total and per rule', async () => {
    const {diff} = await diffed()
    const toDecline = {from: 'review', to: 'decline', count: 2, amount_usd: 250, without_amount: 1}
    const toApprove = {from: 'review', to: 'approve', count: 1, amount_usd: 150, without_amount: 0}
    const toReview = {from: 'approve', to: 'review', count: 1, amount_usd: 1, without_amount: 0}
    expect(diff.decisions).toEqual({total: 7, changed: 4, shifts: [toDecline, toApprove, toReview]})
    expect(diff.rules.large?.decisions).toEqual({changed: 3, shifts: [toDecline, toApprove]})
    expect(diff.rules.tiny?.decisions).toEqual({changed: 1, shifts: [toReview]})
    expect(diff.rules.same?.decisions).toEqual({changed: 0, shifts: []})
  })

  test('an alert that waits for an absence stays although another `within` dates it otherwise', async () => {
    const unconfirmed = (within: string, version: number) =>
      eventRule('unconfirmed', '', {
        version,
        match: {
          sequence: {
            within,
            steps: [
              {as: 'tx', stream: 'transactions', when: 'tx.amount > 100.0'},
              {absent: 'confirm', stream: 'locations'},
            ],
          },
        },
      })
    const rules = {a: [unconfirmed('1h', 1)], b: [unconfirmed('6h', 2)]}
    const {diff, outputDir} = await diffed({rules, lines: EVENTS.filter((_, i) => i !== 5)})
    const timesOf = async (dir: string) =>
      (await recordsOf<{event_time: string}>(join(dir, 'alerts.final.ndjson'))).map(
        ({event_time}) => event_time,
      )
    expect(await timesOf(outputDir)).toEqual(['1970-01-01T01:10:00.000Z', '1970-01-01T01:20:00.000Z'])
    expect(await timesOf(join(outputDir, 'against'))).toEqual([
      '1970-01-01T06:10:00.000Z',
      '1970-01-01T06:20:00.000Z',
    ])
    expect(diff.alerts).toEqual({appear: 0, disappear: 0, stay: 2})
  })

  test('one user with the ids of another, and several partitions, are told apart', async () => {
    const lines = ['u1', 'u2', 'u3'].flatMap((user_id, partition) =>
      EVENTS.map(({stream, event}) => ({stream, event: {...event, user_id}, partition})),
    )
    const {diff} = await diffed({lines})
    expect(diff.alerts).toEqual({appear: 3, disappear: 3, stay: 9})
    expect(diff.decisions).toMatchObject({total: 21, changed: 12})
    expect(diff.decisions.shifts[0]).toMatchObject({count: 6, amount_usd: 750, without_amount: 3})
  })

  test('between the same rules nothing changes', async () => {
    const {diff, changes} = await diffed({rules: {a: RULES.a, b: RULES.a}})
    expect(diff.alerts).toEqual({appear: 0, disappear: 0, stay: 4})
    expect(diff.decisions).toEqual({total: 7, changed: 0, shifts: []})
    expect(changes).toEqual([])
  })

  test('both runs are kept, diff.json says what is returned, and nothing else is left behind', async () => {
    const {diff, outputDir} = await diffed()
    const run = ['alerts.final.ndjson', 'alerts.ndjson', 'dead-letters.ndjson', 'decisions.final.ndjson']
    const files = [...run, 'late.ndjson', 'summary.json']
    expect((await readdir(outputDir)).sort()).toEqual(
      [...files, 'against', 'diff.json', 'diff.ndjson'].sort(),
    )
    expect((await readdir(join(outputDir, 'against'))).sort()).toEqual(files)
    expect(JSON.parse(await readFile(join(outputDir, 'diff.json'), 'utf8'))).toEqual(diff)
  })
})

describe('how good the rules are', () => {
  const verdicts = [
    feedback('f1', 100, 'fraud', {transaction_id: 'big'}),
    feedback('f2', 100, 'fraud', {transaction_id: 'mid'}),
    feedback('f3', 101, 'legitimate', {transaction_id: 'mid'}),
    feedback('f4', 100, 'fraud', {transaction_id: 'plain'}),
    feedback('f5', 100, 'fraud', {transaction_id: 'of last year'}),
  ]

  test('feedback labels what it is about: the newest verdict counts, the rest is unknown', async () => {
    const {diff} = await diffed({lines: [...EVENTS, ...verdicts]})
    expect(diff.labels).toEqual({
      source: 'feedback',
      frauds: 2,
      frauds_elsewhere: 1,
      verdicts_on_other_alerts: 0,
    })
    expect(diff.rules.large?.quality).toEqual({
      a: {
        alerts: 3,
        unlabelled: 1,
        precision: 0.5,
        caught: 1,
        recall: 0.5,
        unique_catches: 1,
        overlap: 0,
        amount_saved_usd: 250,
        saved_without_amount: 0,
        alerts_per_day: 1.5,
      },
      b: {
        alerts: 2,
        unlabelled: 1,
        precision: 1,
        caught: 1,
        recall: 0.5,
        unique_catches: 1,
        overlap: 0,
        amount_saved_usd: 250,
        saved_without_amount: 0,
        alerts_per_day: 1,
      },
    })
    expect(diff.rules.tiny?.quality).toMatchObject({a: null, b: {alerts: 1, unlabelled: 1, precision: null}})
    expect(diff.quality.a).toMatchObject({alerts: 4, precision: 0.5, recall: 0.5, alerts_per_day: 2})
  })

  test('a verdict on an alert of A labels its transaction, also under B, where the alert has another id', async () => {
    const idOf = (anchor: string) =>
      alertId({id: 'large', version: 1, key: 'user_id'}, 'u1', {stream: 'transactions', id: anchor})
    const lines = [
      ...EVENTS,
      feedback('f1', 100, 'fraud', {alert_id: idOf('big')}),
      feedback('f2', 100, 'legitimate', {alert_id: idOf('mid')}),
      feedback('f3', 100, 'fraud', {alert_id: 'of another run'}),
    ]
    const {diff, changes} = await diffed({lines})
    expect(diff.labels).toMatchObject({frauds: 1, verdicts_on_other_alerts: 1})
    expect(diff.rules.large?.quality).toMatchObject({
      a: {precision: 0.5, recall: 1},
      b: {precision: 1, recall: 1},
    })
    expect(changes.map((line) => `${inShort(line)} ${line.label}`).slice(0, 2)).toEqual([
      'disappear large mid legitimate',
      'appear tiny tiny unknown',
    ])
  })

  test('with a truth file every other transaction is legitimate, and feedback does not count', async () => {
    const labelsFile = path('truth.ndjson')
    const fraud = (fraud_id: string, transaction_ids: readonly string[]) =>
      `${JSON.stringify({fraud_id, kind: 'burst', user_id: 'u1', transaction_ids})}\n`
    await writeFile(
      labelsFile,
      fraud('f1', ['big', 'foreign']) + fraud('f2', ['tiny']) + fraud('f3', ['plain']),
    )
    const {diff} = await diffed({lines: [...EVENTS, ...verdicts], labelsFile})
    expect(diff.labels).toEqual({
      source: 'truth',
      frauds: 3,
      frauds_elsewhere: 0,
      verdicts_on_other_alerts: 0,
    })
    expect(diff.quality.a).toMatchObject({
      alerts: 4,
      unlabelled: 0,
      precision: 0.5,
      caught: 1,
      recall: 1 / 3,
      amount_saved_usd: 250,
      saved_without_amount: 1,
    })
    expect(diff.quality.b).toMatchObject({precision: 3 / 4, caught: 2, recall: 2 / 3, amount_saved_usd: 251})
  })

  test('without labels every number that needs them is null', async () => {
    const {diff} = await diffed()
    expect(diff.labels).toBeNull()
    expect(diff.quality.b).toEqual({
      alerts: 4,
      unlabelled: 4,
      precision: null,
      caught: null,
      recall: null,
      unique_catches: null,
      overlap: null,
      amount_saved_usd: null,
      saved_without_amount: null,
      alerts_per_day: 2,
    })
  })
})

test('in words: what changes, of which rules, how good they are, and the first examples with their reasons', async () => {
  const lines = [...EVENTS, feedback('f1', 100, 'fraud', {transaction_id: 'big'})]
  const {diff} = await diffed({lines})
  const words = diffWords(diff)
  expect(words).toEqual(
    expect.arrayContaining([
      'rules rules-a → rules-b',
      'alerts: 1 appear, 1 disappear, 3 stay',
      'live alerts per day of event time: 2',
      'decisions: 4 of 7 change',
      '  review → decline: 2, $250.00 and 1 of unknown amount',
      '1 rule without a difference',
      'labels from feedback; frauds: 1',
    ]),
  )
  expect(words.find((line) => line.startsWith('large v1 → v2'))).toMatch(/ 0 +1 +2 +3$/)
  const disappearing = words[words.indexOf('first alerts that disappear:') + 1]
  expect(disappearing).toMatch(/^ {2}1970-01-01T00:10:00.000Z large u1 mid: \S/)
  const changing = words[words.indexOf('first decisions that change:') + 2]
  expect(changing).toMatch(/^ {2}\S+ u1 big, \$250\.00 \(fraud\): review → decline: \S/)
})

describe('the commands', () => {
  beforeAll(async () => {
    await ensureBuilt()
    for (const side of ['a', 'b'] as const) {
      await mkdir(path(`rules-${side}`))
      for (const rule of RULES[side]) await writeFile(path(`rules-${side}/${rule.id}.yaml`), stringify(rule))
    }
    await writeFile(path('events.ndjson'), EVENTS.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }, 90_000)

  type Diffed = ReplaySummary & {readonly diff: RuleDiff}
  const replay = () => ['replay', '--input', path('events.ndjson'), '--rules', path('rules-a')]

  test('rules diff A B and replay --rules A --against B say the same', async () => {
    const both = [path('rules-a'), path('rules-b')]
    const [diff, replayed] = await Promise.all([
      triplineJson<Diffed>(['rules', 'diff', ...both, '--events', path('events.ndjson')]),
      triplineJson<Diffed>([...replay(), '--against', path('rules-b'), '--out', path('against-out')]),
    ])
    expect(diff.diff).toEqual(replayed.diff)
    expect(diff.diff.alerts).toEqual({appear: 1, disappear: 1, stay: 3})
    expect(diff.decisions).toEqual({approve: 3, review: 4, decline: 0})
    expect(replayed.decisions).toEqual(diff.decisions)
    expect(JSON.parse(await readFile(path('against-out/diff.json'), 'utf8'))).toEqual(replayed.diff)
  })

  test('what cannot be read twice is refused, and labels without a second rule set', async () => {
    const out = ['--out', path('refused')]
    const rules = ['--rules', path('rules-a')]
    const [stdin, labels] = await Promise.all([
      tripline(['replay', '--input', '-', ...rules, '--against', path('rules-b'), ...out], {input: ''}),
      tripline([...replay(), ...out, '--labels', path('truth.ndjson')]),
    ])
    expect(stdin).toMatchObject({code: 2, stdout: ''})
    expect(stdin.stderr).toContain('-: two runs read the input, and this can be read only once; give a file')
    expect(labels).toMatchObject({code: 2, stdout: ''})
    expect(labels.stderr).toContain('--against')
  })

  test.each([
    ['no JSON', '{"fraud_id":', 'truth-no-json.ndjson:2: not JSON (12 characters); '],
    ['another record', '{"fraud_id":"f2"}', 'truth-another-record.ndjson:2: transaction_ids: '],
  ])('a truth file with %s is refused with its place', async (what, line, words) => {
    const labels = path(`truth-${what.toLowerCase().replace(' ', '-')}.ndjson`)
    await writeFile(labels, `{"fraud_id":"f1","transaction_ids":["big"]}\n${line}\n`)
    const out = ['--against', path('rules-b'), '--out', path('refused')]
    const outcome = await tripline([...replay(), ...out, '--labels', labels])
    expect(outcome).toMatchObject({code: 2, stdout: ''})
    expect(outcome.stderr).toContain(words)
  })

  test('a second rules folder with errors is refused with file, line and remedy', async () => {
    await cp(path('rules-b'), path('rules-broken'), {recursive: true})
    await writeFile(path('rules-broken/large.yaml'), stringify(eventRule('large', '(tx.amount > 1.0')))
    const both = [path('rules-a'), path('rules-broken')]
    const outcome = await tripline(['rules', 'diff', ...both, '--events', path('events.ndjson')])
    expect(outcome).toMatchObject({code: 2, stdout: ''})
    expect(outcome.stderr).toMatch(/rules-broken\/large\.yaml:\d+:\d+: /)
  })
})
