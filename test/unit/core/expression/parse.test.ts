import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {compileCondition} from '../../../../src/core/expression/condition.js'
import {TRUE} from '../../../../src/core/expression/evaluation.js'
import {MAX_DEPTH, MAX_NODES, MAX_TEXT_LENGTH} from '../../../../src/core/expression/parse.js'
import {compiled, faultsOf, scope, test} from './sample-scope.js'

describe('what is no expression', () => {
  it.each([
    ['', 0, 'write a CEL expression'],
    ['tx.amount = 5', 10, 'write == to compare'],
    ['tx.amount > 5 and true', 14, 'write && instead of "and"'],
    ['tx.amount > 5 or true', 14, 'write || instead of "or"'],
    ['not tx.online', 4, 'write !(…) instead of "not"'],
    ['tx.amount <> 5', 11, 'write != for "not equal"'],
    ['tx.amount === 5', 12, 'write == to compare'],
    ['tx.online & true', 10, 'write && for "and"'],
    ["tx.mcc == 'a", 10, 'close the string'],
    ['(tx.amount > 5', 14, 'write a CEL expression'],
    ["tx.mcc == '\\d'", 11, 'double the backslash'],
    ['tx.amount > 5 &&', 16, 'write a CEL expression'],
  ])('%s is refused at its place, with a remedy', (text, start, remedy) => {
    const faults = faultsOf(text)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatchObject({start, remedy: expect.stringContaining(remedy)})
  })

  it.each(["tx.code == b'a'", "{'a': 1}.a == 1"])('%s is not supported', (text) => {
    expect(
      faultsOf(text)
        .map(({message}) => message)
        .join(),
    ).toContain('is not supported')
  })

  it('never throws, whatever the text', () => {
    const pieces = [
      'tx.',
      'amount',
      ' > ',
      '5',
      "'a",
      '"',
      '(',
      ')',
      '[',
      ']',
      '&&',
      '!',
      'has(',
      '.',
      '?',
      ':',
      'in ',
    ]
    const texts = fc.oneof(
      fc.string({unit: 'binary', maxLength: 40}),
      fc.array(fc.constantFrom(...pieces), {maxLength: 14}).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const result = compileCondition(text, scope())
        const faults = 'faults' in result ? result.faults : result.warnings
        for (const {start, end} of faults) {
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeGreaterThanOrEqual(start)
          expect(end).toBeLessThanOrEqual(text.length)
        }
      }),
      {numRuns: 800},
    )
  }, 60_000)
})

describe('limits', () => {
  const nested = (levels: number) => `${'-'.repeat(levels)}tx.amount < 0`

  it('are on the length of the text', () => {
    const longest = `tx.amount > 1${' '.repeat(MAX_TEXT_LENGTH - 13)}`
    expect(faultsOf(longest)).toEqual([])
    expect(faultsOf(`${longest} `)[0]?.message).toContain(`at most ${MAX_TEXT_LENGTH}`)
  })

  it('are on the depth', () => {
    // The comparison, the field and its event are levels, too.
    expect(faultsOf(nested(MAX_DEPTH - 3))).toEqual([])
    expect(faultsOf(nested(MAX_DEPTH - 2))[0]?.message).toContain('nested too deeply')
    expect(faultsOf('!'.repeat(3000))).toHaveLength(1)
    expect(faultsOf('('.repeat(3000))).toHaveLength(1)
    expect(faultsOf(`${'!'.repeat(3000)}tx.online`)[0]?.message).toContain('nested too deeply')
  })

  it('are on the number of parts', () => {
    // A list of n numbers in a comparison has n + 4 parts.
    const inList = (n: number) => `tx.amount in [${Array.from({length: n}, () => 1).join(',')}]`
    expect(faultsOf(inList(MAX_NODES - 4))).toEqual([])
    expect(faultsOf(inList(MAX_NODES - 3))[0]?.message).toContain('too large')
  })

  it('count a chain of && as one level', () => {
    const chain = Array.from({length: 100}, () => 'tx.online').join(' && ')
    expect(test(chain, {online: true})).toBe(TRUE)
  })
})

describe('source texts', () => {
  it.each([
    ['(tx.amount + 1) * 2 > 5 && tx.online', ['(tx.amount + 1) * 2 > 5', 'tx.online']],
    ['tx.amount > (1 + (2)) && (tx.online)', ['tx.amount > (1 + (2))', 'tx.online']],
    ['(tx.mcc == \')\') && tx.card_id == "("', ["tx.mcc == ')'", 'tx.card_id == "("']],
    ['(tx.online || tx.amount > 1) && tx.amount < 9', ['tx.online || tx.amount > 1', 'tx.amount < 9']],
    ["tx.mcc == '''a')''' && (tx.amount) > 1", ["tx.mcc == '''a')'''", '(tx.amount) > 1']],
    [
      "tx.mcc == '\\')' && tx.online // )\n && (tx.amount) < 9",
      ["tx.mcc == '\\')'", 'tx.online', '(tx.amount) < 9'],
    ],
  ])('of the parts of %s have balanced parentheses', (text, parts) => {
    expect(compiled(text).clauses.map((clause) => clause.text)).toEqual(parts)
  })
})
