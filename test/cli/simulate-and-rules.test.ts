import {cp, mkdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {SourceFault} from '../../src/core/source/source-fault.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt, PROJECT} from '../support/process/built-program.js'
import {linesOf, recordsOf} from '../support/process/text-files.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

let folder: TemporaryFolder
const path = (name: string) => join(folder.path, name)

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
}, 90_000)
afterAll(() => folder.remove())

describe.concurrent('simulate scenario', () => {
  interface Simulated {
    readonly lines: number
    readonly frauds: {readonly [kind: string]: number}
    readonly duplicates: number
  }
  interface Fraud {
    readonly fraud_id: string
    readonly kind: string
    readonly user_id: string
    readonly transaction_ids: readonly string[]
  }
  const plan = ['--users', '40', '--days', '1', '--frauds', '2', '--rate', '10']

  test('writes traffic, and the truth about it beside it', async () => {
    const out = path('events.ndjson')
    const summary = await triplineJson<Simulated>([
      'simulate',
      'scenario',
      '--out',
      out,
      '--seed',
      '3',
      ...plan,
    ])
    const lines = await linesOf(out)
    expect(lines).toHaveLength(summary.lines)
    const frauds = await recordsOf<Fraud>(`${out}.truth.ndjson`)
    const kinds: {[kind: string]: number} = {}
    for (const fraud of frauds) {
      expect(Object.keys(fraud)).toEqual(['fraud_id', 'kind', 'user_id', 'transaction_ids'])
      kinds[fraud.kind] = (kinds[fraud.kind] ?? 0) + 1
      for (const id of fraud.transaction_ids) {
        expect(lines.some((line) => line.includes(`"${id}"`) && line.includes(`"${fraud.user_id}"`))).toBe(
          true,
        )
      }
    }
    expect(kinds).toEqual(summary.frauds)
    expect(Object.keys(kinds).length).toBeGreaterThan(3)
  })

  test('the same seed writes the same bytes, another seed others', async () => {
    const simulate = (out: string, seed: string) =>
      tripline(['simulate', 'scenario', '--out', path(out), '--seed', seed, ...plan])
    const outcomes = await Promise.all([simulate('a', '4'), simulate('b', '4'), simulate('c', '5')])
    for (const {code, stdout, stderr} of outcomes) {
      expect({code, stderr}).toEqual({code: 0, stderr: ''})
      expect(stdout).toMatch(/^ {2}impossible_move: 2 planted$/m)
    }
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => readFile(path(name))))
    expect(a?.equals(b as Buffer)).toBe(true)
    expect(a?.equals(c as Buffer)).toBe(false)
  })
})

const RULE = `schema: tripline/rule/v1
id: large-purchase
version: 1
title: A large purchase
key: user_id
severity: high
action: review
score: 50
match:
  event: {as: tx, stream: transactions}
  when: tx.amount > 100
`

/** Writes a rules folder with one rule, changed in one place. */
async function rulesFolder(name: string, from = '', to = '', more = ''): Promise<string> {
  const dir = path(name)
  await mkdir(dir, {recursive: true})
  await writeFile(join(dir, 'rule.yaml'), RULE.replace(from, to) + more)
  await cp(join(PROJECT, 'cep-rules/policy.yaml'), join(dir, 'policy.yaml'))
  return dir
}

describe.concurrent('rules lint', () => {
  interface Linted {
    readonly ok: boolean
    readonly rules: number | null
    readonly faults: readonly SourceFault[]
  }

  test('the shipped rules have no errors', async () => {
    const linted = await triplineJson<Linted>(['rules', 'lint'])
    expect(linted.ok).toBe(true)
    expect(linted.rules).toBeGreaterThanOrEqual(15)
    expect(linted.faults.filter(({severity}) => severity === 'error')).toEqual([])
  })

  test.each([
    ['an unknown field of the file', 'severity: high', 'severty: high', /rule\.yaml:6:1: .*severty/],
    ['a stream that is none', 'stream: transactions', 'stream: payments', /rule\.yaml:10:27: .*payments/],
    ['a comparison of two types', 'tx.amount > 100', 'tx.user_id > 100', /rule\.yaml:11:\d+: /],
    ['a name that is not bound', 'tx.amount > 100', 'purchase.amount > 100', /rule\.yaml:11:9: .*purchase/],
    ['a condition that does not end', 'tx.amount > 100', 'tx.amount > (100', /rule\.yaml:11:\d+: /],
    [
      'two forms of match',
      'match:',
      'match:\n  window: {as: x, stream: transactions, span: 1h}',
      /rule\.yaml:\d+:\d+: /,
    ],
    ['no YAML', 'match:', 'match: [', /rule\.yaml:\d+:\d+: /],
  ])(
    '%s: exit code 1, and file:line:column: what is wrong; what to write instead',
    async (what, from, to, place) => {
      const dir = await rulesFolder(what.replaceAll(' ', '-'), from, to)
      const {code, stdout} = await tripline(['rules', 'lint', '--rules', dir])
      expect(code).toBe(1)
      expect(stdout).toMatch(place)
      expect(stdout).toMatch(/^\/.*rule\.yaml:\d+:\d+: .+; .+$/m)
    },
  )

  test('all errors of all files are told at once', async () => {
    const dir = await rulesFolder('several', 'severity: high', 'severity: dire')
    await writeFile(
      join(dir, 'other.yaml'),
      RULE.replace('tx.amount', 'tx.amont').replace('score: 50', 'score: 500'),
    )
    const linted = await triplineJson<Linted>(['rules', 'lint', '--rules', dir], {code: 1})
    expect(linted).toMatchObject({ok: false, rules: null})
    const places = linted.faults.map(({file, line}) => `${file.split('/').at(-1)}:${line}`)
    expect(places).toEqual(expect.arrayContaining(['other.yaml:8', 'rule.yaml:6']))
  })

  test('rules that do not lint are refused by every command that runs them, with exit code 2', async () => {
    const dir = await rulesFolder('refused', 'tx.amount', 'tz.amount')
    const outcomes = await Promise.all([
      tripline(['replay', '--input', '-', '--out', path('refused-out'), '--rules', dir], {input: ''}),
      tripline(['run', '--port', '0', '--data-dir', path('refused-data'), '--rules', dir]),
      tripline(['rules', 'test', '--rules', dir]),
    ])
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({code: 2, stdout: ''})
      expect(outcome.stderr).toContain(`${dir}/rule.yaml:11:9: `)
    }
  })
})

describe.concurrent('rules test', () => {
  interface Tested {
    readonly ok: boolean
    readonly tests: number
    readonly failed: number
    readonly outcomes: readonly {readonly ok: boolean; readonly alerted: readonly string[]}[]
  }
  const tests = (expected: string) => `tests:
  - name: above and below
    events:
      - {at: 0m, transactions: {transaction_id: small, amount: 100}}
      - {at: 1m, transactions: {transaction_id: big, amount: 101}}
    expect: [${expected}]
`

  test('the shipped rules pass their tests', async () => {
    const tested = await triplineJson<Tested>(['rules', 'test'])
    expect(tested).toMatchObject({ok: true, failed: 0})
    expect(tested.tests).toBeGreaterThanOrEqual(20)
  })

  test('a wrong expectation fails with exit code 1 and says what was expected and what came', async () => {
    const dir = await rulesFolder('wrong', '', '', tests('big, small'))
    const [words, json] = await Promise.all([
      tripline(['rules', 'test', '--rules', dir]),
      triplineJson<Tested>(['rules', 'test', '--rules', dir], {code: 1}),
    ])
    expect(words.code).toBe(1)
    expect(words.stdout).toContain(
      'rule.yaml: large-purchase: above and below: expected [big, small], alerted [big] (given order)',
    )
    expect(json).toMatchObject({ok: false, tests: 1, failed: 1, outcomes: [{ok: false, alerted: ['big']}]})
  })

  test('a right expectation passes, also of a rule in shadow mode', async () => {
    const dir = await rulesFolder('right', 'key: user_id', 'mode: shadow\nkey: user_id', tests('big'))
    const {code, stdout} = await tripline(['rules', 'test', '--rules', dir])
    expect({code, stdout}).toEqual({code: 0, stdout: '1 tests of 1 rules: 1 passed, 0 failed\n'})
  })
})
