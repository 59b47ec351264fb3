import {describe, expect, it} from 'vitest'
import {warningsOf} from './sample-scope.js'

/** The warnings of a condition, each with the text that it is about. */
const told = (text: string) =>
  warningsOf(text).map(({start, end, message}) => [text.slice(start, end), message])

describe('a part of a chain that always says the same', () => {
  it.each([
    ['1 < 2 && tx.amount > 5', '1 < 2', 'is always true'],
    ['tx.amount > 5 && 2 > 1', '2 > 1', 'is always true'],
    ['tx.amount > 5 || 2 < 1', '2 < 1', 'is always false'],
    ["tx.amount > 5 && !('a' == 'b')", "!('a' == 'b')", 'is always true'],
    ['tx.amount > 5 && (tx.online || size("ab") == 3)', 'size("ab") == 3', 'is always false'],
    ['tx.amount > 5 && (1 < 2 || tx.online)', '1 < 2', 'is always true'],
    ['tx.amount > 5 && (0.0 / 0.0 > 1 || tx.online)', '0.0 / 0.0 > 1', 'is always an error'],
    ['tx.online ? 1 < 2 && tx.amount > 5 : tx.amount > 6', '1 < 2', 'is always true'],
    ['tx.amount > 5 && [1, 2].exists(x, x > 1)', '[1, 2].exists(x, x > 1)', 'is always true'],
    ['tx.amount > 5 || 3 in [1, 2]', '3 in [1, 2]', 'is always false'],
  ])('is a warning at its place: %s', (text, part, outcome) => {
    expect(told(text)).toEqual([[part, `${part} ${outcome}`]])
  })

  it('is told once, and not for what holds it', () => {
    expect(told('tx.amount > 5 && (tx.online || (1 < 2 && 3 < 4))')).toHaveLength(2)
  })

  it('is not told beside a whole that always says the same', () => {
    expect(warningsOf('tx.amount > 5 && 2 < 1').map(({message}) => message)).toEqual([
      'the condition is always false',
    ])
  })

  it.each([
    'tx.amount > 5 && true',
    '[1, 2].exists(x, x > 1 && tx.amount > x)',
    "['a', 'b'].exists(x, x == 'c' || tx.mcc == x)",
  ])('is fine where it is written out on purpose: %s', (text) => {
    expect(warningsOf(text)).toEqual([])
  })
})
