import {afterAll, beforeAll, expect, test} from 'vitest'
import {ApiScene} from './support/api-scene.js'

let scene: ApiScene

beforeAll(async () => {
  scene = await ApiScene.begin()
})
afterAll(() => scene.end())

const rule = (when: string, more = '') => `schema: tripline/rule/v1
id: candidate
version: 4
title: A candidate
key: user_id
severity: low
action: review
score: 10
${more}match:
  event: {as: tx, stream: transactions}
  when: '${when}'
tests:
  - {name: fires, events: [{at: 0m, transactions: {transaction_id: t1, amount: 6}}], expect: [t1]}
  - {name: does not, events: [{at: 0m, transactions: {transaction_id: t1, amount: 1}}], expect: []}
`
const check = (text: unknown) => scene.ask('POST /v1/rules/validate', {as: 'ana', body: {rule: text}})

test('a rule without faults is valid, and does not run because of that', async () => {
  const {status, body} = await check(rule('tx.amount > 5.0'))
  expect([status, body]).toEqual([200, {valid: true, rule: {id: 'candidate', version: 4}, faults: []}])
  const {rules} = (await scene.ask('GET /v1/rules', {as: 'ana'})).body
  expect(rules.map(({id}: {id: string}) => id)).not.toContain('candidate')
})

test('all faults are named with their place and a remedy', async () => {
  const {body} = await check(rule('tx.amuont > "5"', 'cooldown: soon\n'))
  expect(body.valid).toBe(false)
  expect(body.faults.map(({line}: {line: number}) => line)).toEqual(expect.arrayContaining([9, 12]))
  for (const {message, remedy, severity} of body.faults) {
    expect([message, remedy, severity].every((text) => text.length > 0)).toBe(true)
    expect(message + remedy).not.toContain(scene.folder)
  }
})

test('what is doubtful is a warning, and the rule valid', async () => {
  const {body} = await check(rule('tx.type == "purchse"'))
  expect(body.faults).toMatchObject([{severity: 'warning', line: 11}])
  expect(body.valid).toBe(true)
})

test.each([
  ['a list', 'schema: tripline/list/v1\nname: x\nentries: []\n'],
  ['nothing known', 'hello'],
  ['no YAML', 'a: ['],
  ['an alias bomb', `a: &a [x]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]\n`],
])('%s is not a valid rule', async (_name, text) => {
  const {status, body} = await check(text)
  expect([status, body.valid, body.rule]).toEqual([200, false, null])
  expect(body.faults.length).toBeGreaterThan(0)
})

test('what is no text, or too long, is refused', async () => {
  expect((await check(7)).body.code).toBe('bad_request')
  expect((await check('x'.repeat(262_145))).body.code).toBe('bad_request')
  expect((await check('')).body.code).toBe('bad_request')
})
