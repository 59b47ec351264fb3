import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import {loadBundle} from '../../../src/app/bundle/load-bundle.js'
import {loadConfig} from '../../../src/app/config/load-config.js'
import {runRuleTests} from '../../../src/app/rules/rule-tests.js'
import {compileBundle} from '../../../src/core/bundle/compile-bundle.js'
import {streamsWith} from '../../../src/core/event/stream.js'
import {formatFault} from '../../../src/core/source/source-fault.js'
import {nothingPlanted} from '../../../src/simulation/scenario/planted.js'
import {scenarioTraffic} from '../../../src/simulation/scenario/scenario-traffic.js'
import {lineText} from '../../../src/simulation/scenario/traffic-line.js'
import {collectedRun, SETTINGS} from '../../support/engine/collected-run.js'
import {PROJECT} from '../../support/process/built-program.js'
import {documentText, shippedFiles} from './shipped-rule.js'

const guide = documentText('rules.md')
/** What conditions may refer to beside a rule: lists, rates. */
const beside = (await shippedFiles()).filter(({text}) => /^schema: tripline\/(list|rates)\/v1/m.test(text))

/** Every YAML block of the guide, with the line on which it begins. */
const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(({1: text = '', index}) => ({
  line: guide.slice(0, index).split('\n').length + 1,
  text,
}))

/** What a fragment that begins with `match:` leaves out. */
const HEADER = `schema: tripline/rule/v1
id: of-the-guide
version: 1
title: An example of the guide
key: user_id
severity: medium
action: review
score: 50
`

function compiled({line, text}: (typeof blocks)[number]) {
  const whole = text.startsWith('match:') ? HEADER + text : text
  const {bundle, faults} = compileBundle({
    files: [...beside, {path: `docs/rules.md:${line}`, text: whole}],
    streams: streamsWith([]),
    settings: SETTINGS,
  })
  return {bundle, faults: faults.map(formatFault)}
}

const folder = mkdtempSync(join(tmpdir(), 'tripline-guide-'))
afterAll(() => rmSync(folder, {recursive: true}))

describe.each(blocks)('the example in line $line of the guide', (block) => {
  test('compiles without an error or a warning', () => {
    expect(compiled(block).faults).toEqual([])
  })
})

const tested = blocks.filter(({text}) => text.includes('\ntests:'))

test.each(tested)('the rule in line $line of the guide passes the tests inside it', async ({text}) => {
  const rules = mkdtempSync(join(folder, 'rules-'))
  writeFileSync(join(rules, 'rule.yaml'), text)
  const overrides = {'rules.dir': rules, 'features.dir': join(PROJECT, 'features')}
  const config = loadConfig({env: {}, folder, overrides})
  const outcomes = await runRuleTests(await loadBundle(config), config)
  expect(outcomes.length).toBeGreaterThan(1)
  expect(outcomes.filter(({ok}) => !ok)).toEqual([])
})

test('the guide shows every form of rule', () => {
  const shown = blocks.map(({text}) => /^match:\n {2}(\w+):/m.exec(text)?.[1])
  expect(shown).toEqual(expect.arrayContaining(['event', 'window', 'sequence', 'together']))
})

describe('the rule that the guide begins with, over the traffic that it simulates', () => {
  const [first, second] = blocks.filter(({text}) => text.includes('id: large-online-pair'))

  test('finds the takeovers, and the top-up that the guide asks about until it is narrowed', async () => {
    const planted = nothingPlanted()
    const traffic = scenarioTraffic({users: 300, days: 3, seed: 1}, planted)
    const lines = Array.from(traffic, lineText)
    const takeovers = planted.frauds.filter(({kind}) => kind === 'account_takeover')
    const anchorsOf = async (block: typeof first) => {
      const {collected} = await collectedRun(compiled(block!).bundle!, lines)
      return new Set(collected.standing().map(({anchor}) => anchor.id))
    }
    const [wide, narrow] = [await anchorsOf(first), await anchorsOf(second)]
    for (const {transaction_ids} of takeovers) {
      expect(transaction_ids.some((id) => wide.has(id))).toBe(true)
      expect(transaction_ids.some((id) => narrow.has(id))).toBe(true)
    }
    const asked = /--anchor (\w+)/.exec(guide)?.[1] as string
    const line = lines.find((text) => text.includes(`"transaction_id":"${asked}"`))
    expect(line).toContain('"type":"topup"')
    expect([wide.has(asked), narrow.has(asked)]).toEqual([true, false])
  })
})
