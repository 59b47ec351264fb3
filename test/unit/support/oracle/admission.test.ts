import {createHash} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import {type Admission, admit} from '../../../support/oracle/admission.js'
import {BROKEN_LINES} from '../../../support/oracle/generators/broken-lines.js'
import {DEFAULT_SETTINGS, type Line, type ReplayLine, type Settings} from '../../../support/oracle/shapes.js'
import {feedback, location, merchant, minutes, transaction} from './small-lines.js'

const admitted = (lines: readonly Line[], settings: Partial<Settings> = {}): Admission =>
  admit(lines, {...DEFAULT_SETTINGS, ...settings})

const ids = ({accepted}: Admission): string[] => accepted.map(({id}) => id)
const reasons = ({deadLetters}: Admission): string[] => deadLetters.map(({reason}) => reason)
const arriving = (line: ReplayLine, minute: number): ReplayLine => ({
  ...line,
  arrival_time: new Date(minutes(minute)).toISOString(),
})

describe('checks of one line', () => {
  it.each(BROKEN_LINES.map((line, index) => ({...line, index})))(
    'refuses $index as $reason',
    ({text, reason}) => {
      expect(admitted([text]).deadLetters).toEqual([{reason, line: 0}])
    },
  )

  it('judges size, JSON, stream, card number and schema in this order', () => {
    const settings = {eventLimit: 40}
    expect(reasons(admitted(['{'.repeat(41)], settings))).toEqual(['too_large'])
    expect(reasons(admitted(['{"stream":"nowhere"'], settings))).toEqual(['bad_json'])
    expect(reasons(admitted([{stream: 'nowhere', event: '4111111111111111'}]))).toEqual(['unknown_stream'])
    expect(reasons(admitted([{stream: 'transactions', event: '4111111111111111'}]))).toEqual([
      'looks_like_pan',
    ])
  })

  it.each([
    '4111 1111 1111 1111',
    '5500-0000-0000-0004',
    '340000000000009',
    'a 4111111111111111.',
    'card_4111111111111111',
    '2221000000000009',
  ])('takes %j for a card number', (note) => {
    expect(reasons(admitted([transaction('t', 0, {note})]))).toEqual(['looks_like_pan'])
  })

  it.each([
    ['a wrong Luhn digit', '4111111111111112'],
    ['no issuer prefix', '1111111111111117'],
    ['a touching letter', 'x4111111111111111'],
    ['a longer run', '411111111111111100000'],
    ['double spaces', '4111  1111 1111 1111'],
    ['milliseconds', 1_767_225_600_000],
  ])('takes %s for no card number', (_, note) => {
    expect(ids(admitted([transaction('t', 0, {note})]))).toEqual(['t'])
  })

  it('reads only the integer part of a number, as it is written', () => {
    const written = (number: string): string =>
      JSON.stringify(transaction('t', 0, {x: 0})).replace('"x":0', `"x":${number}`)
    expect(ids(admitted([written('40.4111111111111111')]))).toEqual(['t'])
    expect(reasons(admitted([written('4111111111111111.5')]))).toEqual(['looks_like_pan'])
    expect(reasons(admitted([written('6200000000000000018')]))).toEqual(['looks_like_pan'])
  })

  it('fills in defaults, drops null and empty optional fields and keeps unknown ones', () => {
    const {accepted} = admitted([
      transaction('t', 0, {card_id: '', merchant_id: null, mine: 1, amount_usd: 9}),
    ])
    expect(accepted[0]?.fields).toEqual({
      transaction_id: 't',
      user_id: 'u1',
      amount: 1,
      type: 'purchase',
      currency: 'USD',
      mine: 1,
    })
  })

  it('derives the id of a location without one', () => {
    const {accepted} = admitted([location('', 0, {lat: 1.5, lon: 2})])
    const hash = createHash('sha256')
      .update(`["u1",${minutes(0)},1.5,2]`)
      .digest('hex')
    expect(accepted[0]?.id).toBe(hash.slice(0, 32))
  })

  it('skips blank lines, whose index still counts', () => {
    const {ledger, deadLetters} = admitted(['', '  ', '{', JSON.stringify(transaction('t', 0))])
    expect(deadLetters).toEqual([{reason: 'bad_json', line: 2}])
    expect(ledger['unknown']).toEqual({in: 1, accepted: 0, duplicate: 0, late: 0, dead_lettered: 1})
    expect(ledger['transactions']?.accepted).toBe(1)
  })
})

describe('duplicates', () => {
  it('counts the same event delivered three times once, in any spelling', () => {
    const line = transaction('t', 0, {card_id: null})
    const spelled = transaction('t', 0, {event_time: '2026-01-01T01:00:00.000+01:00', type: 'purchase'})
    const reversed = {...line, event: Object.fromEntries(Object.entries(line.event as object).reverse())}
    expect(admitted([line, spelled, reversed]).ledger['transactions']).toEqual({
      in: 3,
      accepted: 1,
      duplicate: 2,
      late: 0,
      dead_lettered: 0,
    })
  })

  it('refuses the same id with other content, and lets another user and another stream have it', () => {
    const lines = [
      transaction('x', 0),
      transaction('x', 0, {amount: 2}),
      transaction('x', 0, {user_id: 'u2'}),
      location('x', 0),
      feedback('x', 0),
      merchant('x', 0),
      merchant('x', 1),
      merchant('x', 0, {risk: 1}),
    ]
    const result = admitted(lines)
    expect(result.deadLetters).toEqual([
      {reason: 'id_conflict', line: 1},
      {reason: 'id_conflict', line: 7},
    ])
    expect(result.accepted).toHaveLength(6)
  })

  it('checks duplicates before lateness', () => {
    const settings = {allowedLateness: 0, outOfOrderness: 0, idleTimeout: 1}
    const lines = [
      arriving(transaction('a', 0), 0),
      arriving(transaction('b', 9), 9),
      arriving(transaction('a', 0), 10),
    ]
    expect(admitted(lines, settings).ledger['transactions']?.duplicate).toBe(1)
  })

  it('forgets what is dedup_retention behind W', () => {
    const settings = {allowedLateness: 30 * 86_400_000, idleTimeout: 1}
    const lines = [transaction('a', 0), transaction('b', 2 * 1_440), transaction('a', 2 * 1_440)]
    expect(ids(admitted(lines, settings))).toEqual(['a', 'b', 'a'])
  })
})

describe('lateness', () => {
  /** Both inputs at minute 60: W = 60 min - 5 s - 1 ms, so the border is at 50 min - 5.001 s. */
  const border = minutes(50) - 5_001
  const reached = [transaction('t', 60), location('l', 60)]

  it('refuses at W - allowed_lateness, accepts 1 ms younger', () => {
    const at = transaction('at', 0, {event_time: border})
    const younger = transaction('younger', 0, {event_time: border + 1})
    const result = admitted([...reached, at, younger])
    expect(result.late).toEqual([2])
    expect(ids(result)).toEqual(['t', 'l', 'younger'])
  })

  it('never finds merchants or feedback late', () => {
    expect(ids(admitted([...reached, merchant('m', 0), feedback('f', 0)]))).toHaveLength(4)
  })

  it('keeps W at the slower of two active inputs', () => {
    const lines = [location('l', 0), arriving(location('m', 0), 60), arriving(transaction('t', 60), 60)]
    const old = arriving(transaction('old', 1), 60)
    expect(ids(admitted([...lines, old]))).toContain('old')
  })

  it('leaves an input out that has brought nothing for idle_timeout of wall time', () => {
    const old = arriving(transaction('old', 1), 60)
    const justActive = [arriving(location('l', 0), 59.501), arriving(transaction('t', 60), 60)]
    const justIdle = [arriving(location('l', 0), 59.5), arriving(transaction('t', 60), 60)]
    expect(admitted([...justActive, old]).late).toEqual([])
    expect(admitted([...justIdle, old]).late).toEqual([2])
  })

  it('waits for an input without any line until idle_timeout after the first line of the partition', () => {
    const early = [arriving(transaction('t', 60), 60), arriving(transaction('old', 1), 60.1)]
    expect(admitted(early).late).toEqual([])
    const later = [arriving(transaction('t', 60), 60), arriving(transaction('s', 60), 60.5)]
    expect(admitted([...later, arriving(transaction('old', 1), 60.5)]).late).toEqual([2])
  })

  it('counts a refused line as something that its input has brought', () => {
    const refused = arriving({stream: 'locations', event: {}}, 59.9)
    const lines = [arriving(location('l', 0), 50), refused, arriving(transaction('t', 60), 60)]
    expect(admitted([...lines, arriving(transaction('old', 1), 60)]).late).toEqual([])
  })

  it('judges each partition by its own W', () => {
    const other = {...transaction('old', 1), partition: 1}
    expect(admitted([...reached, other]).late).toEqual([])
    expect(admitted([...reached, transaction('old', 1)]).late).toEqual([2])
  })

  it('does not let W go back when an idle input returns', () => {
    const lines = [
      arriving(location('l', 0), 0),
      arriving(transaction('t', 60), 60),
      arriving(location('back', 55), 60),
      arriving(transaction('old', 46), 60),
    ]
    expect(admitted(lines).late).toEqual([3])
  })
})

describe('events from the future', () => {
  it('refuses beyond max_future_skew after the arrival; the next honest event is on time', () => {
    const lines = [
      arriving(location('l', 0), 0),
      arriving(transaction('day', 1_440), 0),
      arriving(transaction('honest', 0), 0),
      arriving(transaction('skewed', 5), 0),
      arriving(transaction('more', 0, {event_time: minutes(5) + 1}), 0),
    ]
    const result = admitted(lines)
    expect(result.deadLetters).toEqual([
      {reason: 'future_event_time', line: 1},
      {reason: 'future_event_time', line: 4},
    ])
    expect(ids(result)).toEqual(['l', 'honest', 'skewed'])
  })

  it('knows no future without arrival times, nor for merchants and feedback', () => {
    expect(reasons(admitted([transaction('a', 0), transaction('b', 1_440)]))).toEqual([])
    const labels = [merchant('m', 1_440), feedback('f', 1_440)].map((line) => arriving(line, 0))
    expect(reasons(admitted(labels))).toEqual([])
  })

  it('never lets wall time go back', () => {
    const lines = [arriving(transaction('a', 60), 60), arriving(transaction('b', 60), 0)]
    expect(ids(admitted(lines))).toEqual(['a', 'b'])
  })
})
