import {basename, dirname} from 'node:path'
import {describe, expect, test} from 'vitest'
import {compileBundle} from '../../../src/core/bundle/compile-bundle.js'
import {streamsWith} from '../../../src/core/event/stream.js'
import {formatFault} from '../../../src/core/source/source-fault.js'
import {SETTINGS} from '../../support/engine/collected-run.js'
import {documentText, formOf, shippedFiles, shippedRules} from './shipped-rule.js'

const files = await shippedFiles()
const shipped = await shippedRules()
const page = documentText('rule-library.md')

/** By a rule's id: the cells of its row in the library's tables. */
const rows = new Map(
  page
    .split('\n')
    .filter((line) => line.startsWith('| [`'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name = '', ...cells]) => [/`(.*?)`/.exec(name)?.[1] ?? '', {name, cells}]),
)

test('the rules that ship compile together without an error or a warning', () => {
  const {faults} = compileBundle({files, streams: streamsWith([]), settings: SETTINGS})
  expect(faults.map(formatFault)).toEqual([])
})

describe.each(shipped.map((each) => [each.rule.id, each] as const))('%s', (id, each) => {
  const {path, rule} = each

  test('is in a file of its own name', () => {
    expect(basename(path)).toBe(`${id}.yaml`)
  })

  test('says what it aims at and what its knobs are, and has tags', () => {
    expect(rule.description).toMatch(/\bknobs? (are|is)\b/i)
    expect(rule.tags).toEqual(expect.arrayContaining([expect.any(String)]))
  })

  test('has a test that fires, unless it opens no alerts, and one that does not', () => {
    const expectations = rule.tests.map((inside) => inside.expect.length)
    expect(expectations).toContain(0)
    if (rule.action !== 'approve') expect(Math.max(...expectations)).toBeGreaterThan(0)
  })

  test('has a score that goes with its action', () => {
    const [least, most] = {approve: [1, 20], review: [25, 80], decline: [75, 95]}[rule.action] as number[]
    expect(rule.score).toBeGreaterThanOrEqual(least as number)
    expect(rule.score).toBeLessThanOrEqual(most as number)
  })

  test('is in the table of its family with its form, key, mode, action and score', () => {
    const row = rows.get(id)
    expect(row?.name).toBe(`[\`${id}\`](../${path})`)
    expect(row?.cells[1]).toBe(`${formOf(each)} by \`${rule.key}\``)
    expect(row?.cells[3]).toBe(`${rule.mode ?? 'live'}, ${rule.action} ${rule.score}`)
    const heading = page.slice(0, page.indexOf(row?.name ?? '')).match(/^## .*$/gm)
    expect(heading?.at(-1)).toContain(`\`${basename(dirname(path))}\``)
  })
})

test('the tables name no rule that does not ship', () => {
  expect([...rows.keys()].sort()).toEqual(shipped.map(({rule}) => rule.id).sort())
})

test('the library shows every form of rule, and every key', () => {
  expect(new Set(shipped.map(formOf))).toEqual(new Set(['event', 'window', 'sequence', 'together']))
  const keys = ['user_id', 'card_id', 'merchant_id', 'device_id', 'ip']
  expect(new Set(shipped.map(({rule}) => rule.key))).toEqual(new Set(keys))
})
