import {cp, mkdir, symlink, truncate, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {SourceFault} from '../../src/core/source/source-fault.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt, PROJECT} from '../support/process/built-program.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

let folder: TemporaryFolder

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
}, 90_000)
afterAll(() => folder.remove())

interface Linted {
  readonly ok: boolean
  readonly rules: number | null
  readonly faults: readonly SourceFault[]
}

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
  when: tx.amount > 100
tests:
  - name: above
    events: [{at: 0m, transactions: {transaction_id: t1, amount: 101}}]
    expect: [t1]
`

type Files = {readonly [name: string]: string | Uint8Array}

/** A folder with these files. */
async function rulesFolder(name: string, files: Files): Promise<string> {
  const dir = join(folder.path, name)
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(dir, file, '..'), {recursive: true})
    await writeFile(join(dir, file), text)
  }
  return dir
}

const lint = (rules: string, ...more: string[]) => tripline(['rules', 'lint', '--rules', rules, ...more])

/** The lines without the folder that the files are in. */
const linesOf = (stdout: string, dir: string) => stdout.replaceAll(`${dir}/`, '').trimEnd().split('\n')

describe.concurrent('rules lint', () => {
  test('a rule without fault: exit code 0', async () => {
    const {code, stdout, stderr} = await lint(await rulesFolder('right', {'a.yaml': RULE}))
    expect({code, stdout, stderr}).toEqual({code: 0, stdout: '1 rules, no errors, 0 warnings\n', stderr: ''})
  })

  test('warnings alone: exit code 0', async () => {
    const dir = await rulesFolder('doubtful', {
      'a.yaml': RULE.replace('tx.amount > 100', 'tx.type == "purchas" && 1 < 2'),
      'unused.yaml': 'schema: tripline/list/v1\nname: unused\nentries: []\n',
    })
    const {code, stdout} = await lint(dir)
    expect(code).toBe(0)
    expect(linesOf(stdout, dir)).toEqual([
      'a.yaml:11:20: warning: tx.type is never "purchas"; did you mean "purchase"?',
      'a.yaml:11:33: warning: 1 < 2 is always true; remove it, or compare a field of an event',
      'unused.yaml:2:7: warning: no rule uses the list unused; write … in lists.unused, or remove the file',
      '1 rules, no errors, 3 warnings',
    ])
  })

  test('every fault of every file in one go, by file and place: exit code 1', async () => {
    const dir = await rulesFolder('wrong', {
      'b/b.yaml': RULE.replace('severity: high', 'severity: hgh').replace('tx.amount', 'tx.amonut'),
      'a.yaml': RULE.replace('tx.amount > 100', 'tx.amount > "100"'),
      'binary.yaml': new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe]),
      'bomb.yaml': `a: ${'['.repeat(50_000)}`,
      'huge.yaml': '',
      'tab.yaml': RULE.replace('  event', '\tevent'),
    })
    await truncate(join(dir, 'huge.yaml'), 10 * 1024 * 1024)
    await symlink('..', join(dir, 'b', 'loop'))
    await symlink('nowhere', join(dir, 'lost.yaml'))
    const {code, stdout} = await lint(dir)
    expect(code).toBe(1)
    expect(linesOf(stdout, dir)).toEqual([
      'a.yaml:11:9: a number is compared with a string; write the number without quotes',
      'b/b.yaml:6:11: severity: "hgh" is not one of low, medium, high, critical; did you mean "high"?',
      'b/b.yaml:11:9: warning: transactions have no declared field amonut: did you mean `amount`?; write tx.amount, or declare the field',
      'b/loop:1:1: this link leads back to a folder above it; remove the link',
      'binary.yaml:1:4: the file is not UTF-8 text; save it as UTF-8',
      expect.stringMatching(/^bomb\.yaml:1:\d+: the file nests deeper than 64 levels; /),
      expect.stringMatching(/^huge\.yaml:1:1: the file has 10240 KiB; the limit is 256 KiB; /),
      'lost.yaml:1:1: there is nothing where this link leads to; mend or remove the link',
      'tab.yaml:10:1: a tab is used for indentation; indent with spaces',
      expect.stringMatching(/^tab\.yaml:11:1: this is not YAML: /),
      '9 errors, 1 warnings',
    ])
  })

  test('--json prints the same as one object, with the same exit codes', async () => {
    const dir = await rulesFolder('json', {
      'a.yaml': RULE.replace('score: 50', 'score: 500'),
      'b.yaml': RULE.replace('large-purchase', 'other').replace(/tests:.*/s, ''),
    })
    const linted = await triplineJson<Linted>(['rules', 'lint', '--rules', dir], {code: 1})
    expect(linted).toEqual({
      ok: false,
      rules: null,
      faults: [
        {
          file: join(dir, 'a.yaml'),
          line: 8,
          column: 8,
          message: 'score: 500 is too large',
          remedy: 'write at most 100',
          severity: 'error',
        },
        {
          file: join(dir, 'b.yaml'),
          line: 2,
          column: 5,
          message: 'the rule has no tests',
          remedy: 'add one that fires and one that just misses, under tests:',
          severity: 'warning',
        },
      ],
    })
    const right = await rulesFolder('json-right', {'a.yaml': RULE})
    expect(await triplineJson<Linted>(['rules', 'lint', '--rules', right])).toEqual({
      ok: true,
      rules: 1,
      faults: [],
    })
  })

  test('a folder that does not exist: exit code 2, and nothing on stdout', async () => {
    const outcomes = await Promise.all([
      lint(join(folder.path, 'nowhere')),
      lint(join(PROJECT, 'cep-rules'), '--since', join(folder.path, 'nowhere')),
    ])
    for (const {code, stdout, stderr} of outcomes) {
      expect({code, stdout}).toEqual({code: 2, stdout: ''})
      expect(stderr).toContain('nowhere')
    }
  })

  test('the shipped rules have no warnings', async () => {
    const linted = await triplineJson<Linted>(['rules', 'lint'])
    expect(linted.faults).toEqual([])
  })
})

describe.concurrent('rules lint --since', () => {
  test('a rule that changed without a higher version is refused, at its version', async () => {
    const before = await rulesFolder('before', {'a.yaml': RULE})
    const after = await rulesFolder('after', {'moved/a.yaml': RULE.replace('> 100', '> 200')})
    const {code, stdout} = await lint(after, '--since', before)
    expect(code).toBe(1)
    expect(linesOf(stdout, after)).toEqual([
      'moved/a.yaml:3:10: the rule has changed since version 2; write version: 3',
      '1 errors, 0 warnings',
    ])
  })

  test('a new title, or a higher version, is fine', async () => {
    const before = await rulesFolder('older', {
      'a.yaml': RULE,
      'b.yaml': RULE.replace('large-purchase', 'other'),
    })
    const after = await rulesFolder('newer', {
      'a.yaml': RULE.replace('title: A', 'title: Any'),
      'b.yaml': RULE.replace('large-purchase', 'other').replace('2', '3').replace('> 100', '> 200'),
    })
    expect(await lint(after, '--since', before)).toMatchObject({
      code: 0,
      stdout: '2 rules, no errors, 0 warnings\n',
    })
  })

  test('what is wrong with the older folder does not matter; what cannot be compared is named', async () => {
    const before = await rulesFolder('older-faulty', {'a.yaml': RULE, 'b.yaml': 'schema: ['})
    const after = await rulesFolder('newer-right', {'a.yaml': RULE.replace('score: 50', 'score: 51')})
    const {code, stdout, stderr} = await lint(after, '--since', before)
    expect(code).toBe(1)
    expect(stdout).toContain('a.yaml:3:10: the rule has changed since version 2; write version: 3')
    expect(stderr).toBe(`${join(before, 'b.yaml')} cannot be read; nothing is compared with it\n`)
  })

  test('the shipped rules have not changed since themselves', async () => {
    const copy = join(folder.path, 'copy')
    await cp(join(PROJECT, 'cep-rules'), copy, {recursive: true})
    const linted = await triplineJson<Linted>(['rules', 'lint', '--since', copy])
    expect(linted).toMatchObject({ok: true, faults: []})
  })
})
