import {describe, expect, it} from 'vitest'
import type {Match} from '../../../support/oracle/shapes.js'
import {alerted, feedback, location, minutes, transaction} from './small-lines.js'

describe('event', () => {
  const big: Match = {event: {as: 'one', stream: 'transactions'}, when: 'one.amount >= 100.0'}

  it('fires for every event of the stream for which the condition holds', () => {
    const lines = [transaction('b', 2, {amount: 100}), transaction('a', 1, {amount: 99}), location('l', 1)]
    expect(alerted(big, lines)).toEqual(['b = one:b'])
  })

  it('joins the location at the time of the transaction, also one that arrives last', () => {
    const near: Match = {event: {as: 'one', stream: 'transactions'}, when: 'location.lat == 14.0'}
    const fixes = [10, 20, 14].map((minute) => location(`l${minute}`, minute, {lat: minute}))
    expect(alerted(near, [transaction('t', 15), ...fixes])).toEqual(['t = one:t'])
  })

  it('knows no location of a location, and no match for a missing field', () => {
    const own: Match = {event: {as: 'one', stream: 'locations'}, when: 'has(location.lat) || one.missing > 1'}
    expect(alerted(own, [location('l', 0), location('m', 1)])).toEqual([])
  })

  it('can anchor on feedback', () => {
    const fraud: Match = {event: {as: 'label', stream: 'feedback'}, when: "label.verdict == 'fraud'"}
    expect(alerted(fraud, [feedback('f', 0)])).toEqual(['f = label:f'])
  })
})

describe('window', () => {
  const three: Match = {
    window: {as: 'tx', stream: 'transactions', when: 'tx.amount < 2.0', span: '15m'},
    having: 'count() >= 3',
  }

  it('leaves out an event exactly span old and takes one 1 ms younger', () => {
    const rest = [transaction('b', 10), transaction('c', 15)]
    expect(alerted(three, [transaction('a', 0), ...rest])).toEqual([])
    const younger = transaction('a', 0, {event_time: minutes(0) + 1})
    expect(alerted(three, [younger, ...rest])).toEqual(['c = tx:a tx:b tx:c'])
  })

  it('counts only events with the condition, and only such an event is an anchor', () => {
    const lines = [
      transaction('a', 0),
      transaction('b', 1),
      transaction('c', 2, {amount: 2}),
      transaction('d', 3),
    ]
    expect(alerted(three, lines)).toEqual(['d = tx:a tx:b tx:d'])
  })

  it('fires for every further event', () => {
    const lines = ['a', 'b', 'c', 'd'].map((id, index) => transaction(id, index))
    expect(alerted(three, lines).toSorted()).toEqual(['c = tx:a tx:b tx:c', 'd = tx:a tx:b tx:c tx:d'])
  })

  it('orders equal timestamps by id, whatever arrives first', () => {
    const lines = ['c', 'a', 'b'].map((id) => transaction(id, 0))
    expect(alerted(three, lines)).toEqual(['c = tx:a tx:b tx:c'])
    expect(alerted(three, lines.toReversed())).toEqual(['c = tx:a tx:b tx:c'])
  })

  it('keeps users, and the cards of users, apart', () => {
    const lines = [
      transaction('a', 0, {card_id: 'c1'}),
      transaction('b', 1, {card_id: 'c1', user_id: 'u2'}),
      transaction('c', 2, {card_id: 'c1'}),
      transaction('d', 3, {card_id: 'c2'}),
      transaction('e', 4, {card_id: 'c1'}),
      transaction('f', 5, {card_id: ''}),
    ]
    expect(alerted(three, lines, {key: 'card_id'})).toEqual(['e = tx:a tx:c tx:e'])
  })

  it('gathers a merchant, a device and an ip over all users', () => {
    const shared = {merchant_id: 'm', device_id: 'd', ip: '192.0.2.1'}
    const lines = ['u1', 'u2', 'u3'].map((user, index) =>
      transaction(`t${user}`, index, {user_id: user, ...shared}),
    )
    for (const key of ['merchant_id', 'device_id', 'ip'] as const) {
      expect(alerted(three, lines, {key})).toEqual(['tu3 = tx:tu1 tx:tu2 tx:tu3'])
    }
  })

  it('in having, a bare field and the joins are those of the anchor', () => {
    const match: Match = {
      window: {as: 'tx', stream: 'transactions', span: '15m'},
      having: 'tx.amount > avg(tx.amount) && location.lat == 2.0 && sum(tx.amount) == 4.0',
    }
    const lines = [
      location('l1', 0, {lat: 1}),
      transaction('a', 0, {amount: 1}),
      location('l2', 1, {lat: 2}),
      transaction('b', 1, {amount: 3}),
    ]
    expect(alerted(match, lines)).toEqual(['b = tx:a tx:b'])
  })

  it('in when, the joins are those of the member', () => {
    const match: Match = {
      window: {as: 'tx', stream: 'transactions', when: 'location.lat == 1.0', span: '15m'},
      having: 'count() == 2',
    }
    const fixes = [location('l1', 0, {lat: 1}), location('l2', 2, {lat: 2}), location('l3', 4, {lat: 1})]
    const lines = [...fixes, transaction('a', 1), transaction('b', 3), transaction('c', 5)]
    expect(alerted(match, lines)).toEqual(['c = tx:a tx:c'])
  })

  it('is an error, and does not fire, when one member lacks the aggregated field', () => {
    const match: Match = {
      window: {as: 'tx', stream: 'transactions', span: '15m'},
      having: 'distinct(tx.card_id) >= 1',
    }
    expect(alerted(match, [transaction('a', 0), transaction('b', 1, {card_id: 'c1'})])).toEqual([])
    expect(alerted(match, [transaction('b', 1, {card_id: 'c1'})])).toEqual(['b = tx:b'])
  })
})
