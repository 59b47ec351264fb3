import {describe, expect, it} from 'vitest'
import type {BundleSettings} from '../../../../src/core/bundle/bundle.js'
import {compileBundle} from '../../../../src/core/bundle/compile-bundle.js'
import type {DeclaredStream} from '../../../../src/core/event/schemas.js'
import {streamsWith} from '../../../../src/core/event/stream.js'
import {formatFault} from '../../../../src/core/source/source-fault.js'
import {SETTINGS} from '../../../support/engine/collected-run.js'

const RULE = `schema: tripline/rule/v1
id: risky-purchase
version: 1
title: Risky purchase
key: user_id
severity: low
action: review
score: 10
match:
  event: {as: tx, stream: transactions}
  when: tx.amount_usd > 100.0 && tx.mcc in lists.risky_mcc
`
const OTHER_RULE = RULE.replace('risky-purchase', 'other-purchase')
const LIST = `schema: tripline/list/v1
name: risky_mcc
entries: [{value: '7995'}, {value: '6051', expires: '2027-01-01T00:00:00Z'}]
`
const POLICY = 'schema: tripline/policy/v1\nversion: 1\nmodel: {review: 0.8, decline: 0.97}\n'
const RATES = 'schema: tripline/rates/v1\nusd_per: {EUR: [{from: 2026-01-01, rate: 1.08}]}\n'
const ALL = [RULE, OTHER_RULE, LIST, POLICY, RATES]

const LOGINS: DeclaredStream = {
  name: 'logins',
  key: 'user_id',
  event_id: 'login_id',
  fields: {attempts: {type: 'number', required: false}},
}

interface Variant {
  readonly settings?: BundleSettings
  readonly declared?: readonly DeclaredStream[]
  readonly path?: (index: number) => string
}

function bundleId(
  texts: readonly string[],
  {settings = SETTINGS, declared = [], path = String}: Variant = {},
): string {
  const files = texts.map((text, i) => ({path: `${path(i)}.yaml`, text}))
  const {bundle, faults} = compileBundle({files, streams: streamsWith(declared), settings})
  if (bundle === undefined) throw new Error(faults.map(formatFault).join('\n'))
  return bundle.id
}

describe('a bundle id is the same', () => {
  const id = bundleId(ALL)

  it('whatever the files are called, and in whatever order they are read', () => {
    expect(bundleId([...ALL].reverse(), {path: (i) => `folder/${9 - i}`})).toBe(id)
  })

  it('whatever comments, blank lines and quotes the files hold', () => {
    const other = RULE.replace('id: risky-purchase', '# a comment\n\nid:   "risky-purchase"  # another')
    expect(bundleId([other, ...ALL.slice(1)])).toBe(id)
  })

  it('in whatever order the fields stand', () => {
    const [schema, ruleId, ...rest] = RULE.split('\n')
    expect(bundleId([[ruleId, schema, ...rest].join('\n'), ...ALL.slice(1)])).toBe(id)
  })

  it('for settings in another order', () => {
    const settings = Object.fromEntries(Object.entries(SETTINGS).reverse()) as unknown as BundleSettings
    expect(bundleId(ALL, {settings})).toBe(id)
  })
})

describe('a bundle id changes', () => {
  it.each([
    ['the version of a rule', RULE, RULE.replace('version: 1', 'version: 2')],
    ['a condition', RULE, RULE.replace('100.0', '100.01')],
    ['the score', RULE, RULE.replace('score: 10', 'score: 11')],
    ['the mode', RULE, `mode: shadow\n${RULE}`],
    ['a cooldown', RULE, `cooldown: 1h\n${RULE}`],
    ['an entry of a list', LIST, LIST.replace('7995', '7994')],
    ['the expiry of an entry', LIST, LIST.replace('2027', '2028')],
    ['a threshold', POLICY, POLICY.replace('0.97', '0.98')],
    ['a rate', RATES, RATES.replace('1.08', '1.09')],
    ['the date of a rate', RATES, RATES.replace('2026-01-01', '2026-01-02')],
  ])('with %s', (_, before, after) => {
    expect(after).not.toBe(before)
    expect(bundleId(ALL.map((text) => (text === before ? after : text)))).not.toBe(bundleId(ALL))
  })

  it('with a file more or less', () => {
    expect(
      new Set([ALL, ALL.slice(0, 4), ALL.slice(1), [RULE, LIST]].map((files) => bundleId(files))).size,
    ).toBe(4)
  })

  it.each<[string, Partial<BundleSettings>]>([
    ['history_cap', {historyCap: 4_999}],
    ['step_budget', {stepBudget: 19_999}],
    ['location_max_age', {locationMaxAge: 1}],
    ...Object.keys(SETTINGS.time).map((name): [string, Partial<BundleSettings>] => [
      name,
      {time: {...SETTINGS.time, [name]: 1}},
    ]),
  ])('with the setting %s', (_, changed) => {
    expect(bundleId(ALL, {settings: {...SETTINGS, ...changed}})).not.toBe(bundleId(ALL))
  })

  it('with the declared streams and their fields', () => {
    const variants: (readonly DeclaredStream[])[] = [
      [],
      [LOGINS],
      [{...LOGINS, event_id: 'session_id'}],
      [{...LOGINS, fields: {attempts: {type: 'string', required: false}}}],
      [{...LOGINS, fields: {attempts: {type: 'number', required: true}}}],
    ]
    expect(new Set(variants.map((declared) => bundleId(ALL, {declared}))).size).toBe(variants.length)
  })
})
