import {describe, expect, it} from 'vitest'
import {z} from 'zod'
import {formatFault} from '../../../../src/core/source/source-fault.js'
import {readYaml} from '../../../../src/core/source/yaml-document.js'

function faultsOf(text: string): readonly string[] {
  return readYaml({path: 'a.yaml', text}).faults.map(formatFault)
}

describe('a file that would exhaust its reader', () => {
  it.each([
    ['lists in braces', `a: ${'['.repeat(100_000)}`, /^a\.yaml:1:\d+: /],
    ['maps in braces', `a: ${'{a: '.repeat(30_000)}`, /^a\.yaml:1:\d+: /],
    ['lists in one line', `a:\n  ${'- '.repeat(50_000)}x\n`, /^a\.yaml:2:\d+: /],
    ['keys in one line', `${'? '.repeat(50_000)}x\n`, /^a\.yaml:1:\d+: /],
    [
      'maps by indentation',
      Array.from({length: 400}, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
      /^a\.yaml:6\d:/,
    ],
  ])('is refused for its depth, in little time: %s', (_, text, place) => {
    const [fault, ...others] = faultsOf(text)
    expect(fault).toMatch(place)
    expect(fault).toContain('the file nests deeper than 64 levels; close what is open, or write it flatter')
    expect(others).toEqual([])
  })

  it('may nest as deeply as files do', () => {
    const nested = `a: ${'['.repeat(20)}1${']'.repeat(20)}\n`
    expect(faultsOf(nested)).toEqual([])
  })

  it('is refused for what its aliases stand for', () => {
    const layers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, i, all) => {
      const inner = i === 0 ? 'lol' : `*${all[i - 1]}`
      return `${name}: &${name} [${Array(9).fill(inner).join(', ')}]\n`
    })
    expect(faultsOf(layers.join(''))).toEqual([
      'a.yaml:1:1: more than 100 aliases stand for its anchors; write the values out',
    ])
  })

  it('is refused for the number of its aliases, at the first that is too many', () => {
    expect(faultsOf(`a: &x 1\nb: [${'*x, '.repeat(5_000)}]\n`)).toEqual([
      `a.yaml:2:${5 + 100 * 4}: more than 100 aliases stand for its anchors; write the values out`,
    ])
  })

  it('is refused for its size in bytes, not characters', () => {
    expect(faultsOf(`a: ${'é'.repeat(130_000)}\n`)).toEqual([])
    expect(faultsOf(`a: ${'é'.repeat(132_000)}\n`)).toEqual([
      'a.yaml:1:1: the file has 258 KiB; the limit is 256 KiB; split it: one rule per file, a long list into several lists',
    ])
  })

  it('is told a hundred faults and no more, however many it has', () => {
    const faults = faultsOf('a: 1\n'.repeat(1_000))
    expect(faults).toHaveLength(101)
    expect(faults[99]).toBe('a.yaml:101:1: a field is written twice; remove one of them')
    expect(faults[100]).toBe('a.yaml:102:1: there is more wrong from here on; mend what is told first')
  })
})

describe('what plain data has no room for', () => {
  it.each([
    ['a: &x {b: 1}\nc: {<<: *x}\n', '2:5: merge keys are not supported; write the fields out'],
    ['{__proto__: {a: 1}}\n', '1:2: __proto__ cannot be the name of a field; choose another name'],
    ['a: {b: {"__proto__": 1}}\n', '1:9: __proto__ cannot be the name of a field; choose another name'],
    ['a:\n  b: 1\n  c: 2\n  b: 3\n', '4:3: a field is written twice; remove one of them'],
    ["7: a\n'7': b\n", '2:1: a field is written twice; remove one of them'],
    ['{a: 1}: b\n', "1:1: a field's name is a list or a map; write a plain name"],
    ['? [a, b]\n: c\n', "1:3: a field's name is a list or a map; write a plain name"],
    ['a: *b\n', '1:4: no anchor before it is called b; write the value out'],
    ['a: &x [1, *x]\n', '1:11: the alias x stands inside what it stands for; write the value out'],
    ['%YAML 1.1\n---\na: off\n', '1:1: this is YAML 1.1; remove the %YAML line: 1.2 is read'],
    ['a: x\n\tb: y\n', '2:1: a tab is used for indentation; indent with spaces'],
    ['a: x\0y\n', '1:5: there is an invisible control character (U+0000); remove it'],
    ['a: 1\nb: \u001b[31m\n', '2:4: there is an invisible control character (U+001B); remove it'],
  ])('is told with its place: %j', (text, fault) => {
    expect(faultsOf(text)[0]).toBe(`a.yaml:${fault}`)
  })

  it.each(['!!js/function x', '!!binary aGk=', '!!set {a}', '!!timestamp 2026-01-01', '!custom x'])(
    'is a tag: %s',
    (value) => {
      expect(faultsOf(`a: ${value}\n`)[0]).toMatch(/^a\.yaml:1:4: .*tag/i)
    },
  )

  it('is a file that is not UTF-8, told where it stops being so', () => {
    const text = Buffer.from([...Buffer.from('a: caf'), 0xe9, 0x0a]).toString('utf8')
    expect(faultsOf(text)).toEqual(['a.yaml:1:7: the file is not UTF-8 text; save it as UTF-8'])
    const utf16 = Buffer.from('\ufeffa: 1\n', 'utf16le').toString('utf8')
    expect(faultsOf(utf16)).toEqual(['a.yaml:1:1: the file is not UTF-8 text; save it as UTF-8'])
  })

  it('is not a byte order mark, nor the line ends of Windows', () => {
    expect(readYaml({path: 'a.yaml', text: '\ufeffa: 1\r\nb: 2\r\n'})).toMatchObject({
      data: {a: 1, b: 2},
      faults: [],
    })
  })

  it('keeps names of fields as text', () => {
    expect(readYaml({path: 'a.yaml', text: '7: a\ntrue: b\n'}).data).toEqual({7: 'a', true: 'b'})
  })
})

describe('a file that could not be read', () => {
  it('is told with the reason, and has no content', () => {
    const unread = {message: 'the file may not be read', remedy: 'give read permission'}
    const document = readYaml({path: 'a.yaml', text: '', unread})
    expect(document.faults.map(formatFault)).toEqual([
      'a.yaml:1:1: the file may not be read; give read permission',
    ])
    expect(document.data).toBeUndefined()
    expect(document.check(z.unknown()).value).toBeUndefined()
  })
})

describe('a value that does not fit', () => {
  const schema = z.strictObject({
    count: z.int().min(1).max(5).optional(),
    ratio: z.number().positive().optional(),
    name: z.string().min(1).optional(),
    kind: z.enum(['small', 'large']).optional(),
    parts: z.array(z.string()).min(2, 'name at least two parts').optional(),
  })
  const faultOf = (text: string) => {
    const {faults} = readYaml({path: 'a.yaml', text}).check(schema)
    expect(faults).toHaveLength(1)
    return formatFault(faults[0]!)
  }

  it.each([
    ['count: three', 'a.yaml:1:8: count: "three" does not fit here; write a number, without quotes'],
    ['count: 1.5', 'a.yaml:1:8: count: 1.5 does not fit here; write a whole number'],
    ['count: 0', 'a.yaml:1:8: count: 0 is too small; write at least 1'],
    ['count: 6', 'a.yaml:1:8: count: 6 is too large; write at most 5'],
    ['ratio: 0', 'a.yaml:1:8: ratio: 0 is too small; write more than 0'],
    [
      'name: 7',
      'a.yaml:1:7: name: 7 does not fit here; write text; where YAML takes it for something else, put it in quotes',
    ],
    ["name: ''", 'a.yaml:1:7: name: the text is empty; write something'],
    ['kind: larg', 'a.yaml:1:7: kind: "larg" is not one of small, large; did you mean "large"?'],
    ['kind: medium', 'a.yaml:1:7: kind: "medium" is not one of small, large; write one of small, large'],
    ['parts: {a: 1}', 'a.yaml:1:8: parts: a value with fields does not fit here; write a list: [a, b]'],
    ['parts: [a]', 'a.yaml:1:8: parts: there are too few; name at least two parts'],
    ['conut: 3', 'a.yaml:1:1: unknown field "conut"; did you mean "count"?'],
    [
      `kind: ${'x'.repeat(500)}`,
      `a.yaml:1:7: kind: "${'x'.repeat(39)}… is not one of small, large; write one of small, large`,
    ],
  ])('is told with what to write: %s', (text, fault) => {
    expect(faultOf(text)).toBe(fault)
  })
})
