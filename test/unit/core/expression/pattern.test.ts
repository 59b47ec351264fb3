import {describe, expect, it} from 'vitest'
import {compilePattern} from '../../../../src/core/expression/pattern.js'
import {patternSize} from '../../../../src/core/expression/pattern-size.js'

describe('a pattern that would take long', () => {
  it.each([
    ['a long one that is repeated', `(${'a'.repeat(980)}){1000}`],
    ['many repetitions', 'a{1000}'.repeat(140)],
    ['repetitions of repetitions', '((((a{10}){10}){10}))'.repeat(40)],
    ['optional parts, repeated', `(${'(a|b)?'.repeat(160)}){0,1000}`],
    ['classes, repeated', `(${'[a-z]?'.repeat(160)}){1000}`],
  ])('is refused before it is compiled: %s', (_, pattern) => {
    const begun = performance.now()
    expect(compilePattern(pattern)).toEqual({refused: 'the pattern repeats too much'})
    expect(performance.now() - begun).toBeLessThan(100)
  })

  it('is found in time that grows with the text alone, where other engines backtrack', () => {
    const pattern = compilePattern('^(a+)+$')
    if ('refused' in pattern) throw new Error(pattern.refused)
    expect(pattern.test(`${'a'.repeat(5000)}!`)).toBe(false)
  })
})

describe('the size of a pattern', () => {
  it.each([
    ['abc', 3],
    ['a{3}', 3],
    ['a{2,5}', 5],
    ['(ab){3}', 12],
    ['((a{10}){10}){2}', 244],
    ['[a-z]{4}', 4],
    ['[]{9}]{4}', 4],
    ['[^]{9}]', 1],
    ['[\\]{9}]', 1],
    ['\\{9}', 3],
    ['{9}', 0],
    ['a{,9}', 5],
    [')', 1],
    ['((', 0],
  ])('is what it repeats, written out: %s', (pattern, size) => {
    expect(patternSize(pattern)).toBe(size)
  })
})

it('a refusal quotes no more of the pattern than people read', () => {
  const outcome = compilePattern('('.repeat(900))
  expect('refused' in outcome && outcome.refused.length).toBeLessThan(200)
})
