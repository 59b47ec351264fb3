import {describe, expect, it} from 'vitest'
import {z} from 'zod'
import {readYaml} from '../../../../src/core/source/yaml-document.js'

/** Line and column of `word` in the text that stands under `a`, found by its place in the parsed text. */
function placeOf(source: string, word: string): string {
  const document = readYaml({path: 'a.yaml', text: source})
  const {value, faultAt} = document.check(z.looseObject({a: z.string()}))
  const offset = value!.a.indexOf(word)
  expect(offset).toBeGreaterThanOrEqual(0)
  const {line, column} = faultAt(['a'], '', '', 'error', offset)
  return `${line}:${column}`
}

describe('a character of a text is found in the file', () => {
  it.each([
    ['plain', 'a: one two THREE\n', '1:12'],
    ['plain, over several lines', 'a: one\n  two\n\n   THREE four\n', '4:4'],
    ['in single quotes', "a: 'one ''two'' THREE'\n", '1:17'],
    ['in double quotes, with escapes', 'a: "one \\"two\\"\\n\\u0041\\t\\\\ THREE"\n', '1:29'],
    ['in double quotes, over several lines', 'a: "one\n  two \\\n  THREE"\n', '3:3'],
    ['literal', 'a: |\n  one\n    two\n\n  THREE\n', '5:3'],
    ['folded', 'a: >-\n    one\n    two\n\n    and THREE\n', '5:9'],
    ['folded, with a comment beside the sign', 'a: > # THREE\n  one\n  THREE\n', '3:3'],
    ['folded, with Windows line ends', 'a: >-\r\n  one\r\n  THREE\r\n', '3:3'],
    ['in a flow map', "{b: 1, a: 'one THREE'}\n", '1:16'],
    ['after an anchor', "a: &x 'one THREE'\n", '1:12'],
  ])('%s', (_, source, place) => {
    expect(placeOf(source, 'THREE')).toBe(place)
  })

  it('also right after its end', () => {
    const {faultAt} = readYaml({path: 'a.yaml', text: 'a: >-\n  one\n  two\nb: 1\n'}).check(z.unknown())
    expect(faultAt(['a'], '', '', 'error', 'one two'.length)).toMatchObject({line: 3, column: 6})
  })
})
