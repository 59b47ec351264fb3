import {describe, expect, it} from 'vitest'
import {HEADER, lint} from './rule-texts.js'

/** A rule with these steps; the first of them is line 13. */
function sequence(...steps: readonly string[]): string {
  return `${HEADER}match:\n  sequence:\n    within: 1h\n    steps:\n${steps.map((step) => `      - ${step}\n`).join('')}`
}

const A = '{as: a, stream: transactions}'
const B = '{as: b, stream: transactions}'
const GROUP = '{as: many, stream: transactions, times: 2..}'
const ABSENT = '{absent: none, stream: locations}'

describe('a sequence that is right', () => {
  it.each([
    ['of one step', [A]],
    ['of one group', [GROUP]],
    ['with groups that a single event parts', [GROUP, A, GROUP.replace('many', 'more')]],
    ['with absences, which may share a name', [A, ABSENT, ABSENT, B, ABSENT]],
    [
      'with the streams of a user',
      [A, '{as: b, stream: locations, next: true}', '{as: c, stream: feedback}'],
    ],
    ['with next: false', ['{as: a, stream: transactions, next: false}']],
    ['with a step of one event written as a group', ['{as: a, stream: transactions, times: 1}', B]],
  ])('has no faults: %s', (_, steps) => {
    expect(lint(sequence(...steps))).toEqual([])
  })

  it.each(['3', "'3'", '2..4', '3..3', '1..'])('may have times: %s', (times) => {
    expect(lint(sequence(GROUP.replace('2..', times), B))).toEqual([])
  })
})

describe('steps that make no sense', () => {
  it.each([
    [
      'an absence before everything',
      [ABSENT, A],
      '13:9: an absence needs an event before it; begin with a step that binds an event',
    ],
    [
      'absences alone',
      [ABSENT],
      '13:7: no step binds an event; add a step with as: for the alert to be about',
    ],
    [
      'two groups side by side',
      [GROUP, GROUP.replace('many', 'more')],
      '14:49: many and more are two groups side by side: nothing tells where one ends; put a step with a single event between them, or make them one group',
    ],
    [
      'two groups with nothing but an absence between them',
      [GROUP, ABSENT, GROUP.replace('many', 'more')],
      '15:49: many and more are two groups side by side: nothing tells where one ends; put a step with a single event between them, or make them one group',
    ],
    [
      'next on the first step',
      ['{as: a, stream: transactions, next: true}', B],
      '13:45: a is the first step: there is nothing that it could be next to; remove next',
    ],
    [
      'next on a group',
      [A, '{as: b, stream: transactions, times: 2, next: true}'],
      '14:55: b is a group, and next says where one event stands; remove next or times',
    ],
    [
      'a step without a name',
      [A, '{stream: transactions}'],
      '14:9: a step needs a name; write as: <name> for an event, or absent: <name> for none',
    ],
    [
      'a step with both names',
      [A, '{as: b, absent: c, stream: transactions}'],
      '14:25: c cannot be absent and bound as b; make it two steps',
    ],
    [
      'an absence that is repeated',
      [A, '{absent: none, stream: transactions, times: 2}', B],
      '14:53: an absent event takes no times; remove times',
    ],
    [
      'an absence that is next',
      [A, '{absent: none, stream: transactions, next: true}', B],
      '14:52: an absent event takes no next; remove next',
    ],
    ['a name that stands twice', [A, A], '14:14: a names two events; give each its own name'],
    [
      'an absence called like a step',
      [A, '{absent: b, stream: transactions}', B],
      '14:18: b names two events; give each its own name',
    ],
  ])('are told: %s', (_, steps, expected) => {
    expect(lint(sequence(...steps))).toEqual([`rule.yaml:${expected}`])
  })

  it('are told where `until` is called like a step', () => {
    const text = sequence(A, B).replace('steps:', 'until: {as: a, stream: transactions}\n    steps:')
    expect(lint(text)).toEqual(['rule.yaml:12:17: a names two events; give each its own name'])
  })

  it('are told all at once, with what is wrong with the conditions', () => {
    const text = sequence(
      '{as: a, stream: transactions, next: true, when: \'a.amount > "x"\'}',
      "{absent: b, stream: transactions, times: 2, when: 'b.amuont > 1.0'}",
      '{as: c, stream: transactions, times: 5..3}',
    )
    const places = lint(text).map((fault) => /^rule\.yaml:(\d+):/.exec(fault)?.[1])
    expect([...new Set(places)]).toEqual(['13', '14', '15'])
  })
})

describe('a number of events', () => {
  const faultsOf = (times: string) => lint(sequence(GROUP.replace('2..', times), B))

  it.each([
    ['0', 'a step that may bind no event is none; begin with 1, or write absent for none'],
    ['0..3', 'a step that may bind no event is none; begin with 1, or write absent for none'],
    ['5..3', 'no number lies in 5..3; write the smaller number first'],
    ['many', '"many" is no number of events; write a number such as 3, or a range such as 3..5 or 3..'],
    ['..3', '"..3" is no number of events; write a number such as 3, or a range such as 3..5 or 3..'],
    ['-1', '-1 is no number of events; write a number such as 3, or a range such as 3..5 or 3..'],
  ])('may not be %s', (times, expected) => {
    expect(faultsOf(times)).toEqual([`rule.yaml:13:49: match.sequence.steps.0.times: ${expected}`])
  })

  it.each(['1.5', 'true', '[2]'])('may not be %s', (times) => {
    const [first, ...others] = faultsOf(times)
    expect(first).toMatch(
      /^rule\.yaml:13:49: match\.sequence\.steps\.0\.times: expected a number of events: 3, 3\.\.5 or 3\.\./,
    )
    expect(others).toEqual([])
  })

  it('that is wrong does not make faults of the conditions that count them', () => {
    const text = sequence(
      GROUP.replace('2..', '0'),
      '{as: b, stream: transactions, when: \'count(many) > 1.0 && b.amount > "x"\'}',
    )
    expect(lint(text).map((fault) => fault.slice(0, 13))).toEqual(['rule.yaml:13:', 'rule.yaml:14:'])
  })
})

describe('a condition of a sequence', () => {
  const when = (step: string, condition: string) => step.replace('}', `, when: '${condition}'}`)

  it('sees what earlier steps have bound, and not what later ones will', () => {
    expect(lint(sequence(A, when(B, 'b.amount > a.amount')))).toEqual([])
    expect(lint(sequence(when(A, 'a.amount < b.amount'), B))).toEqual([
      'rule.yaml:13:57: the name b is not known here; choose from: a',
    ])
  })

  it('of an absence sees the steps before it; of `until` all of them', () => {
    const absent = '{absent: none, stream: transactions}'
    expect(lint(sequence(A, when(absent, 'none.amount > a.amount'), B))).toEqual([])
    expect(lint(sequence(A, when(absent, 'none.amount > b.amount'), B))[0]).toContain(
      'the name b is not known',
    )
    expect(lint(sequence(A, absent, when(B, 'b.amount > none.amount')))[0]).toContain(
      'the name none is not known',
    )
    const until = "until: {as: stop, stream: transactions, when: 'stop.amount > a.amount + b.amount'}"
    expect(lint(sequence(A, B).replace('steps:', `${until}\n    steps:`))).toEqual([])
  })

  it('is told a name that may be meant', () => {
    const text = sequence('{as: probe, stream: transactions}', when(B, 'b.amount > prob.amount'))
    expect(lint(text)).toEqual(['rule.yaml:14:57: the name prob is not known here; did you mean probe?'])
  })

  it('counts a group by its name once it is complete: not in its own step, and no single event', () => {
    expect(lint(sequence(GROUP, when(B, 'count(many) > 2.0 && sum(many.amount) > 1.0')))).toEqual([])
    expect(lint(sequence(when(GROUP, 'count(many) > 2.0'), B))[0]).toMatch(
      /^rule\.yaml:13:.*there is no group/,
    )
    expect(lint(sequence(A, GROUP, when(B, 'count(a) > 2.0')))[0]).toContain('write count(many)')
  })

  it('of an event that is no transaction sees no location', () => {
    const text = sequence(A, when(ABSENT, 'location.lat > 1.0'), B)
    expect(lint(text)[0]).toMatch(/^rule\.yaml:14:50: location is not available here/)
  })
})

it('the streams of all steps have the key of the rule', () => {
  const text = sequence(A, ABSENT, B)
    .replace('key: user_id', 'key: card_id')
    .replace('steps:', 'until: {as: stop, stream: merchants}\n    steps:')
  expect(lint(text)).toEqual([
    'rule.yaml:12:31: merchants has no field card_id, by which the rule is keyed; use a stream that has it, or another key',
    'rule.yaml:15:32: locations has no field card_id, by which the rule is keyed; use a stream that has it, or another key',
  ])
})

it('an unknown field of a step is told with the one that may be meant', () => {
  expect(lint(sequence(A, '{as: b, stream: transactions, nxet: true}'))).toEqual([
    'rule.yaml:14:39: unknown field "nxet"; did you mean "next"?',
  ])
})
