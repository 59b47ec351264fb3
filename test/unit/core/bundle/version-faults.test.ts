import {describe, expect, it} from 'vitest'
import {compileBundle} from '../../../../src/core/bundle/compile-bundle.js'
import {versionFaults} from '../../../../src/core/bundle/version-faults.js'
import {streamsWith} from '../../../../src/core/event/stream.js'
import {formatFault} from '../../../../src/core/source/source-fault.js'
import {SETTINGS} from '../../../support/engine/collected-run.js'

const RULE = `schema: tripline/rule/v1
id: a-rule
version: 3
title: A rule
mode: live
key: user_id
severity: low
action: review
score: 10
cooldown: 1h
match:
  window: {as: tx, stream: transactions, when: 'tx.amount > 5 && tx.mcc == "1 2"', span: 15m}
  having: count() >= 3
`

function sourcesOf(...texts: readonly string[]) {
  const files = texts.map((text, i) => ({path: `${i}.yaml`, text}))
  return compileBundle({files, streams: streamsWith([]), settings: SETTINGS}).sources
}

/** What is wrong with the version of the second text, if the first one came before it. */
const faults = (before: string, after: string) =>
  versionFaults(sourcesOf(before), sourcesOf(after)).map(formatFault)

function changed(from: string, to: string): string {
  expect(RULE).toContain(from)
  return RULE.replace(from, to)
}

describe('a rule needs a higher version after a change of', () => {
  it.each([
    ['a condition', 'tx.amount > 5', 'tx.amount > 6'],
    ['a text in a condition', '"1 2"', '"1  2"'],
    ['what a window must hold', 'count() >= 3', 'count() >= 2'],
    ['a span', 'span: 15m', 'span: 16m'],
    ['a name, which evidence shows', 'tx', 'payment'],
    ['the form', 'having: count() >= 3', 'having: count() >= 3 && distinct(tx.mcc) > 1'],
    ['the key', 'key: user_id', 'key: card_id'],
    ['the severity', 'severity: low', 'severity: high'],
    ['the action', 'action: review', 'action: decline'],
    ['the score', 'score: 10', 'score: 11'],
    ['the cooldown', 'cooldown: 1h', 'cooldown: 2h'],
    ['the cooldown, if it goes', 'cooldown: 1h\n', ''],
  ])('%s', (_, from, to) => {
    const after = from === 'tx' ? RULE.replaceAll(/\btx\b/g, to) : changed(from, to)
    expect(faults(RULE, after)).toEqual([
      '0.yaml:3:10: the rule has changed since version 3; write version: 4',
    ])
    expect(faults(RULE, after.replace('version: 3', 'version: 4'))).toEqual([])
    expect(faults(RULE, after.replace('version: 3', 'version: 9'))).toEqual([])
  })
})

describe('a rule needs no higher version after a change of', () => {
  it.each([
    ['the title', 'title: A rule', 'title: Another'],
    ['the description', 'title: A rule', 'title: A rule\ndescription: Why.'],
    ['tags, owner, references', 'title: A rule', 'title: A rule\ntags: [a]\nowner: me\nreferences: [b]'],
    ['the tests', 'title: A rule', 'title: A rule\ntests: [{name: a, events: [], expect: []}]'],
    ['the mode, which says where alerts go', 'mode: live', 'mode: shadow'],
    ['the mode, to off', 'mode: live', 'mode: off'],
    ['comments and the order of fields', 'key: user_id\nseverity: low', 'severity: low # low\nkey: user_id'],
    ['how a duration is written', 'span: 15m', 'span: 900s'],
    [
      'spaces, parentheses and comments in a condition',
      '\'tx.amount > 5 && tx.mcc == "1 2"\'',
      '"(tx.amount>5.0) // five\\n && tx.mcc == \'1 2\'"',
    ],
  ])('%s', (_, from, to) => {
    expect(faults(RULE, changed(from, to))).toEqual([])
  })
})

describe('a version that went down is refused', () => {
  const older = RULE.replace('version: 3', 'version: 2')

  it('with the old one, if nothing else changed', () => {
    expect(faults(RULE, older)).toEqual(['0.yaml:3:10: the version went down from 3 to 2; write version: 3'])
  })

  it('with a new one, if the rule changed, too', () => {
    expect(faults(RULE, older.replace('score: 10', 'score: 11'))).toEqual([
      '0.yaml:3:10: the version went down from 3 to 2; write version: 4',
    ])
  })
})

describe('rules are compared by their ids', () => {
  const other = RULE.replace('a-rule', 'b-rule').replace('score: 10', 'score: 20')

  it('so that new ones and removed ones need nothing', () => {
    expect(versionFaults(sourcesOf(RULE), sourcesOf(other))).toEqual([])
    expect(versionFaults([], sourcesOf(RULE, other))).toEqual([])
  })

  it('wherever their files are', () => {
    const after = versionFaults(
      sourcesOf(RULE, other),
      sourcesOf(other, RULE.replace('score: 10', 'score: 5')),
    )
    expect(after.map(formatFault)).toEqual([
      '1.yaml:3:10: the rule has changed since version 3; write version: 4',
    ])
  })

  it('also those that are off', () => {
    const off = RULE.replace('mode: live', 'mode: off')
    expect(faults(off, off.replace('score: 10', 'score: 11'))).toHaveLength(1)
  })
})
