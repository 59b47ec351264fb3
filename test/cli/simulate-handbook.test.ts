import {createHash} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {ReplaySummary} from '../../src/app/replay/replay.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {linesOf, recordsOf} from '../support/process/text-files.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

interface Simulated {
  readonly format: string
  readonly lines: number
  readonly transactions: number
  readonly feedback: number
  readonly frauds: {readonly [kind: string]: number}
  readonly fraud_transactions: {readonly [kind: string]: number}
}

let folder: TemporaryFolder
const path = (name: string) => join(folder.path, name)
const simulate = (name: string, ...more: readonly string[]) => [
  'simulate',
  'handbook',
  '--out',
  path(name),
  ...more,
]
const SMALL = ['--users', '200', '--days', '30']

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
}, 90_000)
afterAll(() => folder.remove())

describe.concurrent('simulate handbook', () => {
  test('--format csv writes what the public generator writes for as many customers and days', async () => {
    const summary = await triplineJson<Simulated>(simulate('small.csv', '--format', 'csv', ...SMALL))
    expect(summary).toMatchObject({
      format: 'csv',
      lines: 11_376,
      transactions: 11_375,
      feedback: 0,
      fraud_transactions: {large_amount: 4, compromised_terminal: 31, compromised_customer: 657},
    })
    const hash = createHash('sha256').update(await readFile(path('small.csv')))
    expect(hash.digest('hex')).toBe('48ef156bda630aeed5a7681a97cb5e7ed5db4fef054d9273041d8e9fe013d13d')
  })

  test('writes transactions, a chargeback for each fraud, and the truth beside it', async () => {
    const summary = await triplineJson<Simulated>(simulate('small.ndjson', ...SMALL))
    const lines = await linesOf(path('small.ndjson'))
    expect(lines).toHaveLength(summary.lines)
    const feedback = lines.filter((line) => line.startsWith('{"stream":"feedback"'))
    const frauds = await recordsOf<{kind: string; user_id: string; transaction_ids: string[]}>(
      path('small.ndjson.truth.ndjson'),
    )
    const claimed = feedback.map((line) => (JSON.parse(line) as {event: {transaction_id: string}}).event)
    const fraudulent = frauds.flatMap(({transaction_ids}) => transaction_ids)
    expect(claimed.map(({transaction_id}) => transaction_id).sort()).toEqual(fraudulent.sort())
    expect(summary).toMatchObject({format: 'ndjson', transactions: 11_375, feedback: 692})
    for (const [kind, count] of Object.entries(summary.frauds))
      expect(frauds.filter((fraud) => fraud.kind === kind)).toHaveLength(count)
  })

  test('writes events that a replay accepts, all of them', async () => {
    await triplineJson(simulate('replayed.ndjson', '--users', '50', '--days', '20'))
    const replay = ['replay', '--input', path('replayed.ndjson'), '--out', path('replayed')]
    const {ledger} = await triplineJson<ReplaySummary>(replay)
    expect(ledger.transactions).toMatchObject({duplicate: 0, late: 0, dead_lettered: 0})
    expect(ledger.feedback).toMatchObject({duplicate: 0, late: 0, dead_lettered: 0})
    expect(ledger.transactions?.accepted).toBeGreaterThan(1000)
    expect(ledger.feedback?.accepted).toBeGreaterThan(10)
  })

  test('says what was written, and shows examples of itself', async () => {
    const [written, help] = await Promise.all([
      tripline(simulate('said.csv', '--format', 'csv', ...SMALL)),
      tripline(['simulate', 'handbook', '--help']),
    ])
    expect(written).toMatchObject({code: 0, stderr: ''})
    expect(written.stdout).toContain(`11,376 lines in ${path('said.csv')}, 11,375 of them transactions\n`)
    expect(written.stdout).toMatch(/^ {2}compromised_terminal: 31 fraudulent, in \d+ frauds$/m)
    expect(help.stdout.slice(help.stdout.indexOf('Examples:'))).toContain('$ tripline simulate handbook')
  })

  test.each([
    ['a format that is none', ['--format', 'xml'], 'Allowed choices are ndjson, csv'],
    ['fewer customers than are robbed a day', ['--users', '2'], 'users is 2; allowed is 3 to 100000'],
    ['an option that only other traffic has', ['--rate', '2'], "unknown option '--rate'"],
  ])('%s exits with 2', async (_what, options, words) => {
    const outcome = await tripline(simulate('refused', ...options))
    expect(outcome).toMatchObject({code: 2, stdout: ''})
    expect(outcome.stderr).toContain(words)
  })
})
