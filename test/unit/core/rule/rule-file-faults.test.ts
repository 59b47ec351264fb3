import {describe, expect, it} from 'vitest'
import {EVENT_MATCH, HEADER, lint} from './rule-texts.js'

const RULE = HEADER + EVENT_MATCH

/** A rule whose `together` items are these lines; the first of them is line 12. */
function together(...items: readonly string[]): string {
  return `${HEADER}match:\n  together:\n    within: 1h\n    of:\n${items.map((item) => `      - ${item}\n`).join('')}`
}

it('a rule that is right has no faults', () => {
  expect(lint(RULE)).toEqual([])
})

describe('YAML that is broken', () => {
  it.each([
    ['an unquoted condition that begins with !', '  when: !has(tx.mcc)\n', 'rule.yaml:11:9: '],
    ["an unquoted condition that holds ': '", '  when: tx.note == "a: b"\n', 'rule.yaml:11:9: '],
    ['an unclosed quote', "  when: 'tx.amount > 5.0\n", 'rule.yaml:12:1: '],
  ])('is told with its place: %s', (_, when, place) => {
    const [first] = lint(`${HEADER}match:\n  event: {as: tx, stream: transactions}\n${when}`)
    expect(first).toContain(place)
    expect(first).toContain('in quotes')
  })

  it('is told for an unquoted condition inside {…}', () => {
    const text = `${HEADER}match:\n  window: {as: tx, stream: transactions, when: tx.amount in [1, 2], span: 1h}\n  having: count() > 1\n`
    const [first] = lint(text)
    expect(first).toMatch(/^rule\.yaml:10:61: .*; put conditions inside \{…\}.* in quotes$/)
  })

  it('is told for a field that is written twice', () => {
    expect(lint(`${HEADER}score: 20\n${EVENT_MATCH}`)).toEqual([
      'rule.yaml:9:1: a field is written twice; remove one of them',
    ])
  })

  it('is told for two documents in one file', () => {
    expect(lint(`${RULE}---\n${RULE}`)[0]).toMatch(/several documents; give each its own file$/)
  })

  it('does not keep other files from being read', () => {
    const faults = lint('schema: [', `${HEADER.replace('score: 10', 'score: 0')}${EVENT_MATCH}`)
    expect(faults.some((fault) => fault.startsWith('rule.yaml:1:'))).toBe(true)
    expect(faults.some((fault) => fault.startsWith('2.yaml:8:8: score'))).toBe(true)
  })
})

describe('a file that would take long to read', () => {
  it('is refused for its aliases', () => {
    const layers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name, i, all) => {
      const inner = i === 0 ? 'x' : `*${all[i - 1]}`
      return `${name}: &${name} [${Array(10).fill(inner).join(', ')}]\n`
    })
    expect(lint(layers.join(''))).toEqual([
      'rule.yaml:1:1: more than 100 aliases stand for its anchors; write the values out',
    ])
  })

  it('is refused for its size', () => {
    const [fault, ...others] = lint(`${RULE}# ${'x'.repeat(10_000_000)}`)
    expect(fault).toMatch(/^rule\.yaml:1:1: the file has 9766 KiB; the limit is 256 KiB; split it/)
    expect(others).toEqual([])
  })

  it('may use an alias honestly', () => {
    const text = `${HEADER}tags: [&word [a, b], *word]\n${EVENT_MATCH}`
    expect(lint(text)).toEqual([])
  })
})

describe('a file that cannot be used', () => {
  const POLICY = 'schema: tripline/policy/v1\n'
  const RATES =
    'schema: tripline/rates/v1\nusd_per: {EUR: [{from: 2026-01-01, rate: 1}, {from: 2026-01-01, rate: 2}]}\n'

  it('is told with all the others, by file and place', () => {
    const files = [
      RULE.replace('low', 'huge'),
      'a: ['.repeat(1000),
      `${RULE}owner: caf\ufffd\n`,
      RULE.replace('  when', '\twhen'),
      POLICY,
      POLICY,
      RATES,
      RULE.replace('tx.amount > 5.0', 'tx.amount > tx.user_id'),
    ]
    expect(lint(...files)).toEqual([
      '2.yaml:1:253: the file nests deeper than 64 levels; close what is open, or write it flatter',
      '3.yaml:12:11: the file is not UTF-8 text; save it as UTF-8',
      '4.yaml:11:1: a tab is used for indentation; indent with spaces',
      '6.yaml:1:9: 6.yaml is a second file of its kind beside 5.yaml; keep one of them',
      '7.yaml:2:53: usd_per.EUR.1.from: another rate holds from the same time on; remove one of them',
      '8.yaml:11:9: a number is compared with a string; convert one of them with string(…) or double(…)',
      'rule.yaml:6:11: severity: "huge" is not one of low, medium, high, critical; write one of low, medium, high, critical',
    ])
  })
})

describe('a file of no known kind', () => {
  it.each(['', '# nothing\n', '[]', '7', 'schema: 7'])('is refused: %o', (text) => {
    expect(lint(text)).toHaveLength(1)
    expect(lint(text)[0]).toMatch(/^rule\.yaml:1:1: .*tripline\/rule\/v1/)
  })

  it('is refused with its schema', () => {
    expect(lint(RULE.replace('rule/v1', 'rule/v2'))[0]).toContain('"tripline/rule/v2"')
  })
})

describe('an unknown field', () => {
  it.each([
    [
      `${HEADER}cooldwon: 1h\n${EVENT_MATCH}`,
      'rule.yaml:9:1: unknown field "cooldwon"; did you mean "cooldown"?',
    ],
    [`${HEADER}${EVENT_MATCH}  wehn: x\n`, 'rule.yaml:12:3: unknown field "wehn"; did you mean "when"?'],
    [
      RULE.replace('as: tx', 'az: 1, as: tx'),
      'rule.yaml:10:11: unknown field "az"; known here are as, stream',
    ],
    [
      `${HEADER}colour:\n  dark: red\n${EVENT_MATCH}`,
      'rule.yaml:9:1: unknown field "colour"; known here are schema, id',
    ],
  ])('is told where its name stands, with what may be meant', (text, expected) => {
    const faults = lint(text)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(expected)
  })

  it('is `having` beside an event, and `when` beside a window', () => {
    expect(lint(`${RULE}  having: count() > 1\n`)[0]).toContain('unknown field "having"')
    const window = `${HEADER}match:\n  window: {as: tx, stream: transactions, span: 1h}\n  having: count() > 1\n`
    expect(lint(window)).toEqual([])
    expect(lint(`${window}  when: tx.amount > 5.0\n`)[0]).toContain('unknown field "when"')
  })

  it('is not one of the free fields', () => {
    expect(
      lint(`${HEADER}tags: [a]\nowner: {team: risk}\nreferences: https://example.com\n${EVENT_MATCH}`),
    ).toEqual([])
  })
})

describe('a field that is missing', () => {
  it.each(['id', 'version', 'title', 'key', 'severity', 'action', 'score'])('is told: %s', (field) => {
    const faults = lint(RULE.replace(new RegExp(`^${field}: .*\n`, 'm'), ''))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`^rule\\.yaml:1:1: ${field} is missing; add it \\(.+\\)$`))
  })

  it('is told inside a match', () => {
    expect(lint(RULE.replace('as: tx, ', ''))[0]).toMatch(
      /^rule\.yaml:10:10: match\.event\.as is missing; add it/,
    )
  })
})

describe('a field of the wrong kind', () => {
  it.each([
    ['version', 'three', 'rule.yaml:3:10: version: '],
    ['version', '0', 'rule.yaml:3:10: version: '],
    ['version', '1.5', 'rule.yaml:3:10: version: '],
    ['id', 'A Rule', 'rule.yaml:2:5: id: an id is kebab-case'],
    ['id', '7', 'rule.yaml:2:5: id: '],
    ['title', "''", 'rule.yaml:4:8: title: '],
    ['key', 'account_id', 'rule.yaml:5:6: key: '],
    ['severity', 'huge', 'rule.yaml:6:11: severity: '],
    ['action', 'block', 'rule.yaml:7:9: action: '],
    ['score', '0', 'rule.yaml:8:8: score: '],
    ['score', '101', 'rule.yaml:8:8: score: '],
    ['score', "'10'", 'rule.yaml:8:8: score: '],
  ])('is told where its value stands: %s: %s', (field, value, expected) => {
    const faults = lint(RULE.replace(new RegExp(`^${field}: .*$`, 'm'), `${field}: ${value}`))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(expected)
    expect(faults[0]).not.toContain('missing')
  })

  it('names what is allowed', () => {
    expect(lint(RULE.replace('severity: low', 'severity: huge'))[0]).toMatch(/low.*medium.*high.*critical/)
    expect(lint(`${HEADER}mode: on\n${EVENT_MATCH}`)[0]).toMatch(/live.*shadow.*off/)
  })

  it('is a condition that YAML takes for something else', () => {
    expect(lint(RULE.replace('tx.amount > 5.0', 'true'))[0]).toMatch(
      /^rule\.yaml:11:9: match\.when: .*put it in quotes/,
    )
  })

  it.each(['1 hour', '1.5h', '90', "'15'", '-5m', '1w'])('is a duration such as %s', (text) => {
    const [fault, ...others] = lint(`${HEADER}cooldown: ${text}\n${EVENT_MATCH}`)
    expect(fault).toMatch(/^rule\.yaml:9:11: cooldown: .*500ms, 30s, 15m, 1h or 7d/)
    expect(others).toEqual([])
  })
})

describe('a condition that would take long', () => {
  it.each([
    [
      'a very long one',
      `tx.amount > 5 && ${'tx.amount > 5 && '.repeat(300)}true`,
      '11:10: the expression has 5121 characters',
    ],
    [
      'deep parentheses',
      `${'('.repeat(1000)}tx.amount > 5${')'.repeat(1000)}`,
      '11:260: the expression is nested too deeply',
    ],
    ['many signs', `${'!'.repeat(2000)}(tx.amount > 5)`, '11:60: the expression is nested too deeply'],
    ['many parts', `tx.mcc in [${'"a", '.repeat(600)}"b"]`, 'the expression is too large'],
    ['a huge number', `tx.amount > ${'9'.repeat(400)}`, '11:22: the number is larger than any number can be'],
    ['an infinite number', 'tx.amount > 1e999', '11:22: invalid number: Infinity'],
    [
      'a pattern that repeats too much',
      `tx.ip.matches("(${'a'.repeat(500)}){1000}")`,
      '11:24: the pattern repeats too much',
    ],
    ['a pattern that looks ahead', 'tx.ip.matches("(?=a)b")', '11:24: the pattern is invalid'],
    [
      'a pattern from the data',
      'tx.ip.matches(tx.pattern)',
      '11:24: the pattern of matches() must be a string literal',
    ],
    [
      'a pattern that is computed',
      '["a"].exists(p, tx.ip.matches(p))',
      '11:40: the pattern of matches() must be a string literal',
    ],
    [
      'a search of unknown length',
      'tx.items.exists(i, i > 1)',
      '11:10: exists() is an unbounded comprehension',
    ],
    [
      'a search of great length',
      `[${'1, '.repeat(100)}1].all(i, i < tx.amount)`,
      '11:10: all() runs over 101 elements; at most 100',
    ],
    ['searches in searches', nested(4), 'the nested comprehensions are too large'],
  ])('is refused where it does: %s', (_, condition, told) => {
    const faults = lint(`${HEADER}match:\n  event: {as: tx, stream: transactions}\n  when: '${condition}'\n`)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(told)
  })
})

/** Searches over ten elements, one inside the other. */
function nested(depth: number): string {
  const names = ['a', 'b', 'c', 'd', 'e'].slice(0, depth)
  const body = `${names.join(' + ')} == tx.amount`
  return names.reduceRight((inner, name) => `[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].exists(${name}, ${inner})`, body)
}

describe('a match', () => {
  it('that is missing or names no form is told', () => {
    expect(lint(HEADER)).toEqual([
      'rule.yaml:1:1: match names no form of rule; write exactly one of event, window, sequence, together',
    ])
    expect(lint(`${HEADER}match:\n  evnt: {as: tx, stream: transactions}\n`)).toEqual([
      'rule.yaml:10:3: match names no form of rule; write exactly one of event, window, sequence, together',
    ])
  })

  it('that names two forms is told, along with what else is wrong', () => {
    const text = `${HEADER.replace('low', 'huge')}match:
  event: {as: tx, stream: transactions}
  window: {as: tx, stream: transactions, span: 1h}
  having: count() > 1
`
    const faults = lint(text)
    expect(faults).toHaveLength(2)
    expect(faults[0]).toContain('rule.yaml:6:11: severity')
    expect(faults[1]).toBe(
      'rule.yaml:10:3: match names both event and window; write exactly one of event, window, sequence, together',
    )
  })
})

describe('a stream', () => {
  it('that is not known is told with the one that may be meant', () => {
    expect(lint(RULE.replace('transactions', 'transaction'))).toEqual([
      'rule.yaml:10:27: no stream is called "transaction"; did you mean "transactions"?',
    ])
  })

  it('without the key field of the rule is refused', () => {
    expect(lint(RULE.replace('transactions', 'merchants').replace('amount', 'risk'))[0]).toMatch(
      /^rule\.yaml:10:27: merchants has no field user_id/,
    )
    const byCard = `${HEADER.replace('user_id', 'card_id')}match:\n  event: {as: fix, stream: locations}\n`
    expect(lint(byCard)[0]).toMatch(/^rule\.yaml:10:28: locations has no field card_id/)
  })
})

describe('an `as` name', () => {
  it.each([
    ...[
      'as',
      'break',
      'const',
      'continue',
      'else',
      'false',
      'for',
      'function',
      'if',
      'import',
      'in',
      'let',
      'loop',
    ],
    ...['namespace', 'null', 'package', 'return', 'true', 'var', 'void', 'while'],
    ...['location', 'merchant', 'features', 'lists'],
  ])('may not be %s', (name) => {
    const faults = lint(`${HEADER}match:\n  event: {as: '${name}', stream: transactions}\n`)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^rule\.yaml:10:15: match\.event\.as: .*reserved; choose another/)
  })

  it.each(['7tx', 'my tx', 'my-tx', "''", 'tx.a'])('is letters, digits and _: not %s', (name) => {
    expect(lint(`${HEADER}match:\n  event: {as: ${name}, stream: transactions}\n`)[0]).toContain(
      'rule.yaml:10:15: ',
    )
  })

  it('may begin with another one, or with a reserved one', () => {
    const faults = lint(
      together(
        "{as: in_, stream: transactions, when: 'in_.amount > 1.0'}",
        "{as: in_2, stream: transactions, when: 'in_2.amount > in_.amount'}",
        "{as: locations, stream: locations, when: 'locations.lat > 1.0', after: in_2}",
      ),
    )
    expect(faults).toEqual([])
  })

  it('may not name two events', () => {
    const faults = lint(together('{as: a, stream: transactions}', '{as: a, stream: locations}'))
    expect(faults).toEqual(['rule.yaml:14:14: a names two events; give each its own name'])
  })
})

describe('items that come together', () => {
  it('may not follow each other round in a circle', () => {
    const items = ['{as: a, stream: locations, after: b}', '{as: b, stream: locations, after: c}']
    const faults = lint(
      together(...items, '{as: c, stream: locations, after: a}', '{as: d, stream: locations}'),
    )
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain('circle; remove one of them')
    expect(lint(together(...items, '{as: c, stream: locations}'))).toEqual([])
  })

  it('may not follow themselves', () => {
    expect(lint(together('{as: a, stream: locations, after: a}', '{as: b, stream: locations}'))).toEqual([
      'rule.yaml:13:43: a cannot come after itself; name another item',
    ])
  })

  it('name their anchor and what they follow among themselves', () => {
    const text = together('{as: first, stream: locations}', '{as: second, stream: locations, after: frist}')
    const faults = lint(text.replace('within: 1h', 'within: 1h\n    anchor: secnd'))
    expect(faults).toEqual([
      'rule.yaml:12:13: no item is called "secnd"; did you mean "second"?',
      'rule.yaml:15:48: no item is called "frist"; did you mean "first"?',
    ])
  })

  it('are at least two', () => {
    expect(lint(together('{as: a, stream: locations}'))[0]).toContain('at least two')
  })
})

it('two rules may not share an id', () => {
  const faults = lint(RULE, RULE)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(
    /^(rule\.yaml:2:5: .* taken by 2\.yaml|2\.yaml:2:5: .* taken by rule\.yaml); give each/,
  )
})

it('a rule that is off is checked like any other', () => {
  expect(lint(`${HEADER}mode: off\n${EVENT_MATCH.replace('tx.amount', 'xt.amount')}`)[0]).toContain(
    'rule.yaml:12:9: ',
  )
})

describe('everything wrong with a file', () => {
  it('is told at once, conditions included, in the order of the lines', () => {
    const text = `${HEADER.replace('low', 'huge').replace('version: 1', 'version: one')}cooldwon: 1h
match:
  window: {as: tx, stream: transactions, when: 'tx.amount > "five"', span: 15}
  having: cuont() > 1
tests: many
`
    const places = lint(text).map((fault) => /^rule\.yaml:(\d+):/.exec(fault)?.[1])
    expect(places).toEqual(['3', '6', '9', '11', '11', '12', '13'])
  })

  it('is told for every file', () => {
    const faults = lint(
      RULE.replace('low', 'huge'),
      RULE.replace('a-rule', 'other').replace('tx.amount', 'tx.amount +'),
    )
    expect(faults.filter((fault) => fault.startsWith('rule.yaml:6:11'))).toHaveLength(1)
    expect(faults.filter((fault) => fault.startsWith('2.yaml:11:'))).toHaveLength(1)
  })
})
