import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type SplitBody, splitJson, splitLines} from '../../../../src/adapters/http/split-events.js'

describe('a JSON body', () => {
  it.each([
    ['{"a":1}', ['{"a":1}']],
    [' \r\n\t{"a":1}\n', ['{"a":1}']],
    ['[]', []],
    [' [ ] ', []],
    ['[{"a":1}]', ['{"a":1}']],
    ['[ {"a": 1} ,\n{"b":[1,2]} ]', ['{"a": 1}', '{"b":[1,2]}']],
    ['[{"a":"],\\"}{["},{"b":"\\\\"}]', ['{"a":"],\\"}{["}', '{"b":"\\\\"}']],
    ['[1,"x",null,[2,3]]', ['1', '"x"', 'null', '[2,3]']],
    ['5', ['5']],
    ['[{"ü":"€,]"},{}]', ['{"ü":"€,]"}', '{}']],
  ])('is cut into its events: %s', (body, events) => {
    expect(texts(splitJson(bytes(body), 10))).toEqual(events)
  })

  it('hands on the bytes of each event as they were sent', () => {
    const exact = '{"n":12345678901234567890,"x":1.10,"a":1,"a":2,"s":"\\u0041","__proto__":{"x":1}}'
    expect(texts(splitJson(bytes(`[${exact}, ${exact}]`), 10))).toEqual([exact, exact])
  })

  it.each([
    '',
    ' ',
    '{',
    '[',
    '[1',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1]]',
    '[1],2',
    '{"a":1}{"b":2}',
    '["a]',
    '["\\',
    '}',
    '[}]',
    'nul',
    '[{]}',
  ])('that is broken anywhere is no JSON as a whole: %s', (body) => {
    expect(splitJson(bytes(body), 10)).toEqual({fault: 'bad_json'})
  })

  it('with more events than allowed is not split', () => {
    expect(splitJson(bytes('[1,2,3]'), 3)).toMatchObject({events: {length: 3}})
    expect(splitJson(bytes('[1,2,3,4]'), 3)).toEqual({fault: 'too_many'})
  })

  it('of a million open brackets is answered without a stack overflow', () => {
    expect(splitJson(bytes('['.repeat(1_000_000)), 10)).toEqual({fault: 'bad_json'})
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    expect(splitJson(bytes(deep), 10)).toMatchObject({events: {length: 1}})
  })

  it('is cut where JSON.parse would cut it, whatever it holds and however it is spaced', () => {
    const spacing = fc.constantFrom(undefined, 1, '\t', '\r\n')
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), spacing, (values, space) => {
        const split = splitJson(bytes(JSON.stringify(values, null, space)), 1000)
        expect(texts(split).map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(values)))
      }),
    )
  })

  it('is refused exactly if JSON.parse refuses it, whatever bytes it is of', () => {
    const soup = fc.string({unit: fc.constantFrom(...'[]{},:"\\ 1aü\n'), maxLength: 12})
    fc.assert(
      fc.property(soup, (text) => {
        const parsed = attempt(() => JSON.parse(text))
        const split = splitJson(bytes(text), 1000)
        expect('events' in split).toBe(parsed !== undefined)
        if (parsed === undefined) return
        expect(texts(split).map((event) => JSON.parse(event))).toEqual(
          Array.isArray(parsed.value) ? parsed.value : [parsed.value],
        )
      }),
      {numRuns: 2000},
    )
  })
})

describe('a body of lines', () => {
  it.each([
    ['', []],
    ['\n \r\n\t\n', []],
    ['{"a":1}', ['{"a":1}']],
    ['{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['{"a":1}\r\n\n  {"b":2}  \r\n', ['{"a":1}', '{"b":2}']],
    ['not json\n[1,2]\n{', ['not json', '[1,2]', '{']],
  ])(
    'is cut at line ends, without blank lines, and without a look at what the lines hold: %j',
    (body, events) => {
      expect(texts(splitLines(bytes(body), 10))).toEqual(events)
    },
  )

  it('with more lines than allowed is not split; blank ones do not count', () => {
    expect(splitLines(bytes('1\n\n2\n\n'), 2)).toMatchObject({events: {length: 2}})
    expect(splitLines(bytes('1\n2\n3'), 2)).toEqual({fault: 'too_many'})
  })
})

function bytes(text: string): Uint8Array {
  return Buffer.from(text)
}

function texts(split: SplitBody): readonly string[] {
  if (!('events' in split)) throw new Error(`not split: ${split.fault}`)
  return split.events.map((event) => Buffer.from(event).toString())
}

function attempt<T>(act: () => T): {readonly value: T} | undefined {
  try {
    return {value: act()}
  } catch {
    return undefined
  }
}
