import {describe, expect, it} from 'vitest'
import {compileDecode, isRefusal} from '../../../../src/core/event/decode.js'
import {streamsWith} from '../../../../src/core/event/stream.js'
import {committedFrauds} from '../../../../src/simulation/handbook/committed-fraud.js'
import {csvLines} from '../../../../src/simulation/handbook/csv-lines.js'
import {handbookDataSet} from '../../../../src/simulation/handbook/data-set.js'
import {eventLines} from '../../../../src/simulation/handbook/event-lines.js'
import {SMALL} from './small-data-set.js'

interface Line {
  readonly stream: string
  readonly event: {readonly transaction_id: string; readonly event_time: string}
}

const linesOf = (data: typeof SMALL) => [...eventLines(data)].map((line) => JSON.parse(line) as Line)

it('csvLines writes the original columns, amounts as Python does', () => {
  expect([...csvLines(SMALL)].slice(0, 5)).toEqual([
    'TRANSACTION_ID,TX_TIME_SECONDS,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,TX_FRAUD_SCENARIO',
    '0,10,1,11,12.5,0,0',
    '1,20,2,12,230.0,1,1',
    '2,30,3,13,40.0,1,2',
    '3,40,1,14,85.64999999999999,1,3',
  ])
  expect([...csvLines(SMALL)].at(-1)).toBe('5,604840,3,13,0.0,1,2')
})

describe('eventLines', () => {
  it('writes transactions', () => {
    expect(linesOf(SMALL)[0]).toEqual({
      stream: 'transactions',
      event: {
        transaction_id: '0',
        user_id: 'c1',
        card_id: 'c1',
        merchant_id: 't11',
        amount: 12.5,
        event_time: '2018-04-01T00:00:10.000Z',
      },
    })
  })

  it('writes a chargeback for each fraud, a week later', () => {
    expect(linesOf(SMALL).find(({stream}) => stream === 'feedback')).toEqual({
      stream: 'feedback',
      event: {
        feedback_id: 'chargeback-1',
        user_id: 'c2',
        transaction_id: '1',
        verdict: 'fraud',
        source: 'chargeback',
        event_time: '2018-04-08T00:00:20.000Z',
      },
    })
  })

  it('keeps the order of event time, transactions before the feedback of their second', () => {
    expect(linesOf(SMALL).map(({stream, event}) => `${stream} ${event.transaction_id}`)).toEqual([
      'transactions 0',
      'transactions 1',
      'transactions 2',
      'transactions 3',
      'transactions 4',
      'feedback 1',
      'feedback 2',
      'transactions 5',
      'feedback 3',
      'feedback 5',
    ])
  })

  it('writes events that pass every check, with nothing in a transaction that tells the label', () => {
    const decode = compileDecode({streams: streamsWith([]), eventLimit: 262_144, panExempt: new Set()})
    const data = handbookDataSet({users: 20, days: 20})
    const fields = new Set<string>()
    for (const text of eventLines(data)) {
      const {stream, event} = JSON.parse(text) as Line
      expect(isRefusal(decode(stream, event, text))).toBe(false)
      if (stream === 'transactions') for (const field of Object.keys(event)) fields.add(field)
    }
    expect([...fields]).toEqual([
      'transaction_id',
      'user_id',
      'card_id',
      'merchant_id',
      'amount',
      'event_time',
    ])
  })
})

describe('committedFrauds', () => {
  it('names each fraud once, with its victim and its transactions', () => {
    expect(committedFrauds(SMALL)).toEqual([
      {fraud_id: 'large_amount-1', kind: 'large_amount', user_id: 'c2', transaction_ids: ['1']},
      {
        fraud_id: 'compromised_terminal-day0-t13-c3',
        kind: 'compromised_terminal',
        user_id: 'c3',
        transaction_ids: ['2', '5'],
      },
      {
        fraud_id: 'compromised_customer-day0-c1',
        kind: 'compromised_customer',
        user_id: 'c1',
        transaction_ids: ['3'],
      },
    ])
  })

  it('holds every fraudulent transaction exactly once', () => {
    const data = handbookDataSet({users: 100, days: 40})
    const named = committedFrauds(data).flatMap(({transaction_ids}) => transaction_ids)
    const labelled = [...data.scenario.keys()].filter((id) => data.scenario[id] !== 0)
    expect(named.map(Number).sort((a, b) => a - b)).toEqual(labelled)
  })
})
