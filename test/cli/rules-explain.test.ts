import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {RecordedExplanation} from '../../src/app/rules/explain-anchor.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

let folder: TemporaryFolder
const path = (name: string) => join(folder.path, name)

const RULE = `schema: tripline/rule/v1
id: large-purchase
version: 2
title: A large purchase
key: user_id
severity: high
action: review
score: 50
match:
  event: {as: tx, stream: transactions}
  when: tx.amount_usd > 500.0
`

const UNCONFIRMED = `schema: tripline/rule/v1
id: unconfirmed
version: 1
title: A transfer that nobody confirms
mode: shadow
key: user_id
severity: low
action: review
score: 50
match:
  sequence:
    within: 30m
    steps:
      - {as: sent, stream: transactions, when: 'sent.type == "transfer"'}
      - {absent: confirm, stream: locations}
`

const line = (stream: string, event: object): string => JSON.stringify({stream, event})
const transaction = (user: string, id: string, amount: number, minute: number, fields: object = {}): string =>
  line('transactions', {
    user_id: user,
    transaction_id: id,
    amount,
    event_time: `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`,
    ...fields,
  })

const EVENTS = [
  transaction('u1', 't1000123', 700, 0),
  transaction('u1', 't1000124', 420.1, 1),
  transaction('u1', 'same', 600, 2),
  transaction('u2', 'same', 60, 3),
  line('locations', {user_id: 'u1', location_id: 'l1', lat: 1, lon: 1, event_time: '2026-01-01T00:04:00Z'}),
  transaction('u3', 'sent', 5, 5, {type: 'transfer'}),
  transaction('u3', 'broken', -5, 6),
].join('\n')

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
  await writeFile(path('events.ndjson'), EVENTS)
  await writeFile(path('events.ndjson.gz'), gzipSync(EVENTS))
  await mkdir(path('rules'))
  await writeFile(path('rules/large.yaml'), RULE)
  await writeFile(path('rules/unconfirmed.yaml'), UNCONFIRMED)
  await writeFile(path('rules/off.yaml'), RULE.replace('id: large', 'mode: off\nid: off-large'))
}, 90_000)
afterAll(() => folder.remove())

/** The command line for a rule and an anchor of the events above. */
function explain(rule: string, anchor: string, ...more: readonly string[]): readonly string[] {
  return [
    'rules',
    'explain',
    rule,
    '--rules',
    path('rules'),
    '--events',
    path('events.ndjson'),
    '--anchor',
    anchor,
    ...more,
  ]
}

describe.concurrent('rules explain', () => {
  test('tells in words why a rule fires, with every clause, and what would have to be different', async () => {
    const {code, stdout} = await tripline(explain('large-purchase', 't1000123'))
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      'large-purchase v2 (live): A large purchase',
      'transactions t1000123, user_id u1, 2026-01-01T00:00:00.000Z: fires',
      '$700.00: A large purchase',
      '',
      '  tx  transactions t1000123  2026-01-01T00:00:00.000Z',
      '',
      '  true  tx.amount_usd > 500.0  $700.00',
      '',
      '  would not fire at $500.00 or less',
      '',
    ])
  })

  test('tells the same of an event for which it does not fire', async () => {
    const {code, stdout} = await tripline(explain('large-purchase', 't1000124'))
    expect(code).toBe(0)
    expect(stdout).toContain(': does not fire\n')
    expect(stdout).toContain('  false  tx.amount_usd > 500.0  $420.10  off by $79.90\n')
    expect(stdout).toContain('  would fire above $500.00 (it was $420.10)\n')
  })

  test('prints one JSON object with the structured explanation', async () => {
    const told = await triplineJson<RecordedExplanation>(explain('large-purchase', 't1000124'))
    expect(told).toMatchObject({
      rule: {id: 'large-purchase', version: 2, mode: 'live'},
      key: {name: 'user_id', value: 'u1'},
      anchor: {stream: 'transactions', id: 't1000124', event_time: '2026-01-01T00:01:00.000Z'},
      fires: false,
      reason: null,
      waits: false,
      clauses: [{as: 'tx', text: 'tx.amount_usd > 500.0', outcome: 'false', value: 420.1, limit: 500}],
      flips: [
        {
          outcome: 'fires',
          text: 'would fire above $500.00 (it was $420.10)',
          changes: [
            {what: 'field', as: 'tx', id: 't1000124', field: 'amount_usd', relation: '>', value: 500},
          ],
        },
      ],
    })
  })

  test('reads compressed files and standard input', async () => {
    const [rule, ...rest] = ['large-purchase', '--rules', path('rules'), '--anchor', 't1000123', '--events']
    const outcomes = await Promise.all([
      tripline(['rules', 'explain', rule as string, ...rest, path('events.ndjson.gz')]),
      tripline(['rules', 'explain', rule as string, ...rest, '-'], {input: EVENTS}),
    ])
    for (const {code, stdout} of outcomes)
      expect({code, fires: /: fires$/m.test(stdout)}).toEqual({code: 0, fires: true})
  })

  test('explains a rule that is off as if it ran, and says so', async () => {
    const {stdout} = await tripline(explain('off-large-purchase', 't1000123'))
    expect(stdout).toContain('off-large-purchase v2 (off): A large purchase\n')
    expect(stdout).toContain(': would fire if it were not off\n')
  })

  test('says until when a rule waits that the recorded events do not decide', async () => {
    const {stdout} = await tripline(explain('unconfirmed', 'sent'))
    expect(stdout).toContain(
      ': waits until 2026-01-01T00:35:00.000Z, and fires then unless something comes that must be absent\n',
    )
  })

  test('an id that several users have needs --user', async () => {
    const unclear = await tripline(explain('large-purchase', 'same'))
    expect(unclear).toEqual({
      code: 2,
      stdout: '',
      stderr: '2 users have an event same: u1, u2; say which with --user\n',
    })
    const [one, two, none] = await Promise.all([
      tripline(explain('large-purchase', 'same', '--user', 'u1')),
      tripline(explain('large-purchase', 'same', '--user', 'u2')),
      tripline(explain('large-purchase', 'same', '--user', 'u9')),
    ])
    expect(one.stdout).toMatch(/user_id u1, .*: fires$/m)
    expect(two.stdout).toMatch(/user_id u2, .*: does not fire$/m)
    expect(none).toMatchObject({
      code: 2,
      stderr: 'same is no event of u9, but of u1, u2; give --user one of these\n',
    })
  })

  test.each([
    [
      'an unknown rule',
      ['large-purchases', 't1000123'],
      'no rule is called "large-purchases"; did you mean large-purchase?',
    ],
    [
      'a rule like no other',
      ['x', 't1000123'],
      'no rule is called "x"; known are large-purchase, off-large-purchase, unconfirmed',
    ],
    [
      'an unknown anchor',
      ['large-purchase', 't1000132'],
      'no event of transactions has the id "t1000132"; did you mean t1000123?',
    ],
    [
      'an anchor like no other',
      ['large-purchase', 'zz'],
      'no event of transactions has the id "zz"; check the id and the files',
    ],
    [
      'an event of another stream',
      ['large-purchase', 'l1'],
      '"l1" is an event of locations; the rule is about transactions: give one of these',
    ],
  ])('%s: exit code 2, and what to write instead', async (_, [rule, anchor], message) => {
    const outcome = await tripline(explain(rule as string, anchor as string))
    expect(outcome).toEqual({code: 2, stdout: '', stderr: `${message}\n`})
  })

  test('an event that was refused is none', async () => {
    const {code, stderr} = await tripline(explain('large-purchase', 'broken'))
    expect({code, stderr}).toEqual({
      code: 2,
      stderr: 'no event of transactions has the id "broken"; check the id and the files\n',
    })
  })

  test('help shows examples', async () => {
    const {stdout} = await tripline(['rules', 'explain', '--help'])
    expect(stdout).toContain(
      '$ tripline rules explain geo-jump-high-value --events events.ndjson --anchor t1000123',
    )
  })
})
