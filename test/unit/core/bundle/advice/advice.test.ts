import {describe, expect, it} from 'vitest'
import {adviceOn} from '../../../../../src/core/bundle/advice/advice.js'
import {compileBundle} from '../../../../../src/core/bundle/compile-bundle.js'
import {streamsWith} from '../../../../../src/core/event/stream.js'
import {formatFault} from '../../../../../src/core/source/source-fault.js'
import {SETTINGS} from '../../../../support/engine/collected-run.js'
import {HEADER} from '../../rule/rule-texts.js'

const TESTS = 'tests: [{name: none, events: [], expect: []}]\n'
const SEVEN_DAYS_MS = 7 * 86_400_000
const streams = streamsWith([
  {
    name: 'logins',
    key: 'user_id',
    event_id: 'login_id',
    fields: {attempts: {type: 'number', required: true}, city: {type: 'string', required: false}},
  },
])

/** What lint has to say of files called rule.yaml, 2.yaml … that have no errors, beyond the compiler's warnings. */
function advice(...texts: readonly string[]): readonly string[] {
  const files = texts.map((text, i) => ({path: i === 0 ? 'rule.yaml' : `${i + 1}.yaml`, text}))
  const compiled = compileBundle({files, streams, settings: SETTINGS})
  expect(compiled.faults.map(formatFault)).toEqual([])
  const {historyCap} = SETTINGS
  return adviceOn(compiled, {streams, historyCap, logRetention: SEVEN_DAYS_MS}).map(formatFault)
}

/** A rule on one transaction; the condition begins in line 12, column 3. */
const event = (when: string, stream = 'transactions') =>
  `${HEADER}match:\n  event: {as: tx, stream: ${stream}}\n  when: >-\n   ${when}\n${TESTS}`

/** A rule on a window; what it demands begins in line 12, column 3. */
const window = (having: string, span = '1h') =>
  `${HEADER}match:\n  window: {as: tx, stream: transactions, span: ${span}}\n  having: >-\n   ${having}\n${TESTS}`

it('there is nothing to say of a rule that means what it says', () => {
  expect(advice(event('tx.amount > 5 && tx.type == "purchase" && has(tx.card_id)'))).toEqual([])
})

describe('a question for a field that every event has', () => {
  it.each([
    [
      'has(tx.user_id) && tx.amount > 5',
      '12:4',
      'has(tx.user_id) is always true: all transactions have user_id',
    ],
    [
      'tx.amount > 5 && !has(tx.amount)',
      '12:22',
      'has(tx.amount) is always true: all transactions have amount',
    ],
    ['has(tx.event_time)', '12:4', 'has(tx.event_time) is always true: all transactions have event_time'],
    ['has(tx.type)', '12:4', 'has(tx.type) is always true: all transactions have type'],
    ['has(tx.currency)', '12:4', 'has(tx.currency) is always true: all transactions have currency'],
  ])('is told: %s', (when, place, message) => {
    expect(advice(event(when))).toEqual([
      `rule.yaml:${place}: warning: ${message}; remove it, or ask for another field`,
    ])
  })

  it('is told for declared streams, too', () => {
    expect(advice(event('has(tx.attempts) || has(tx.city)', 'logins'))).toHaveLength(1)
  })

  it.each([
    'has(tx.mcc)',
    'has(tx.amount_usd)',
    'has(tx.my_field)',
    'has(location.lat)',
    'has(merchant.merchant_id)',
  ])('is none where the field may be missing: %s', (when) => {
    expect(advice(event(when))).toEqual([])
  })
})

describe('a comparison with a value that a field never has', () => {
  it.each([
    ['tx.type == "purchas"', '12:15', 'tx.type is never "purchas"; did you mean "purchase"?'],
    ['"refunded" != tx.type', '12:4', 'tx.type is never "refunded"; did you mean "refund"?'],
    ['tx.auth_result == "ok"', '12:22', 'tx.auth_result is never "ok"; it is one of approved, declined'],
    ['tx.type in ["refund", "topp"]', '12:26', 'tx.type is never "topp"; did you mean "topup"?'],
    [
      'tx.currency == "usd"',
      '12:19',
      'tx.currency is never "usd"; it is written otherwise in every event that is accepted',
    ],
    ['tx.card_id != ""', '12:18', 'tx.card_id is never ""; ask whether it is missing: !has(tx.card_id)'],
    ['tx.amount < 0', '12:4', 'tx.amount < 0 never holds; tx.amount is 0 or more'],
    ['tx.amount_usd <= -1', '12:4', 'tx.amount_usd <= -1 never holds; tx.amount_usd is 0 or more'],
    ['0 > tx.amount', '12:4', '0 > tx.amount never holds; tx.amount is 0 or more'],
    ['tx.lat > 90', '12:4', 'tx.lat > 90 never holds; tx.lat is -90 to 90'],
    ['merchant.risk > 1.5', '12:4', 'merchant.risk > 1.5 never holds; merchant.risk is 0 to 1'],
    ['location.lon == 200', '12:20', 'location.lon is never 200; it is -180 to 180'],
    [
      'tx.mcc == "5999" || tx.type == "witdrawal"',
      '12:35',
      'tx.type is never "witdrawal"; did you mean "withdrawal"?',
    ],
  ])('is told: %s', (when, place, told) => {
    expect(advice(event(when))).toEqual([`rule.yaml:${place}: warning: ${told}`])
  })

  it.each([
    'tx.amount <= 0',
    'tx.amount >= 0',
    'tx.lat >= 90',
    'tx.type == "refund"',
    'tx.note == ""',
    'tx.channel == "online"',
    'merchant.risk >= 1',
    'tx.type == tx.my_type',
    '[merchant.details].exists(tx, tx.type == "purchas")',
  ])('is none where it can: %s', (when) => {
    expect(advice(event(when))).toEqual([])
  })

  it('is told in a sequence, at the step', () => {
    const text = `${HEADER}match:
  sequence:
    within: 1h
    steps:
      - {as: first, stream: transactions, when: 'first.type == "top-up"'}
      - {as: second, stream: transactions, when: 'second.amount > first.amount && first.amount < 0'}
${TESTS}`
    expect(advice(text)).toEqual([
      'rule.yaml:13:64: warning: first.type is never "top-up"; did you mean "topup"?',
      'rule.yaml:14:83: warning: first.amount < 0 never holds; first.amount is 0 or more',
    ])
  })
})

describe('a number of events that there never are', () => {
  it.each([
    [
      'count() > 6000',
      'count() > 6000 never holds; count() is 1 to 5001: no more are looked at (rules.history_cap)',
    ],
    [
      'count() < 1',
      'count() < 1 never holds; count() is 1 to 5001: no more are looked at (rules.history_cap)',
    ],
    [
      'distinct(tx.mcc) >= 10000',
      'distinct(tx.mcc) >= 10000 never holds; distinct(tx.mcc) is 1 to 5001: no more are looked at (rules.history_cap)',
    ],
  ])('is told, as no more than the history cap are looked at: %s', (having, told) => {
    expect(advice(window(having))).toEqual([`rule.yaml:12:4: warning: ${told}`])
  })

  it('is told of a repeated step', () => {
    const sequence = (times: string) => `${HEADER}match:
  sequence:
    within: 1h
    steps: [{as: many, stream: transactions, times: ${times}}, {as: one, stream: transactions}]
${TESTS}`
    expect(advice(sequence('5001..'))).toEqual([])
    expect(advice(sequence('5002..'))).toEqual([
      'rule.yaml:12:53: warning: no evaluation looks at 5002 events: 5001 are the most (rules.history_cap); ask for fewer',
    ])
  })

  it('is none up to the cap and the anchor', () => {
    expect(advice(window('count() >= 5001'))).toEqual([])
  })
})

describe('a span that is longer than the event log keeps events', () => {
  const remedy =
    'shorten it, or expect the rule to be exact only 8 days after it is new or its state is rebuilt'

  it('is told for every form, and for the cooldown', () => {
    const together = `${HEADER}cooldown: 8d
match:
  together:
    within: 8d
    of: [{as: a, stream: transactions}, {as: b, stream: locations}]
${TESTS}`
    const sequence = `${HEADER.replace('a-rule', 'b-rule')}match:
  sequence:
    within: 8d
    steps: [{as: a, stream: transactions}, {as: b, stream: locations}]
${TESTS}`
    const message = '8 days is longer than the event log keeps events (7 days)'
    expect(advice(together, sequence, window('count() > 1', '8d').replace('a-rule', 'c-rule'))).toEqual([
      `2.yaml:11:13: warning: ${message}; ${remedy}`,
      `3.yaml:10:48: warning: ${message}; ${remedy}`,
      `rule.yaml:9:11: warning: ${message}; ${remedy}`,
      `rule.yaml:12:13: warning: ${message}; ${remedy}`,
    ])
  })

  it('is none where it is just as long', () => {
    expect(advice(window('count() > 1', '7d'))).toEqual([])
  })
})

describe('a list', () => {
  const list = (name: string) =>
    `schema: tripline/list/v1\nname: ${name}\nentries: [{value: a}, {value: b}, {value: a}]\n`
  const twice = '3:43: warning: "a" is in the list twice; remove one of them: the last one counts'

  it('that no rule uses is told, and values that are in it twice', () => {
    expect(advice(event('tx.mcc in lists.used'), list('used'), list('unused'))).toEqual([
      `2.yaml:${twice}`,
      '3.yaml:2:7: warning: no rule uses the list unused; write … in lists.unused, or remove the file',
      `3.yaml:${twice}`,
    ])
  })

  it('is in use by a rule that is off', () => {
    const rule = event('tx.mcc in lists.some').replace('match:', 'mode: off\nmatch:')
    expect(advice(rule, list('some'))).toEqual([`2.yaml:${twice}`])
  })

  it('may be in use by a rule that cannot be read', () => {
    const files = [
      {path: 'rule.yaml', text: 'schema: tripline/rule/v1\nmatch: lists.some'},
      {path: 'list.yaml', text: list('some').replace(', {value: a}]', ']')},
    ]
    const compiled = compileBundle({files, streams, settings: SETTINGS})
    expect(compiled.bundle).toBeUndefined()
    expect(adviceOn(compiled, {streams, historyCap: 5000, logRetention: SEVEN_DAYS_MS})).toEqual([])
  })
})

describe('a rule without tests', () => {
  const untested = event('tx.amount > 5').replace(TESTS, '')

  it('is told once', () => {
    expect(advice(untested)).toEqual([
      'rule.yaml:2:5: warning: the rule has no tests; add one that fires and one that just misses, under tests:',
    ])
  })

  it('is none if it only allows, and opens no alert that a test could expect', () => {
    expect(advice(untested.replace('action: review', 'action: approve'))).toEqual([])
  })
})

it('a policy that leaves nothing to review is told', () => {
  const policy = (review: number) => `schema: tripline/policy/v1\nmodel: {review: ${review}, decline: 0.9}\n`
  expect(advice(policy(0.95))).toEqual([
    'rule.yaml:2:17: warning: the model has nothing reviewed: from 0.9 on it declines; write a threshold below that of decline',
  ])
  expect(advice(policy(0.5))).toEqual([])
})
