import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {compareEvents, compareIds} from '../../../../src/core/event/order.js'
import type {DeclaredStream} from '../../../../src/core/event/schemas.js'
import {streamsWith} from '../../../../src/core/event/stream.js'
import {accepted, reasonOf} from './decoding.js'

const LOGINS: DeclaredStream = {
  name: 'logins',
  key: 'user_id',
  event_id: 'login_id',
  fields: {
    login_id: {type: 'string', required: true},
    attempts: {type: 'number', required: true},
    trusted: {type: 'boolean', required: false},
    device_id: {type: 'string', required: false},
  },
}
const DEVICE_CHANGES: DeclaredStream = {...LOGINS, name: 'device_changes', event_id: 'change_id', fields: {}}

describe('the total order of events', () => {
  it('is by event time, then stream rank, then id', () => {
    const early = {time: 1, rank: 9, id: 'z'}
    const low = {time: 2, rank: 1, id: 'z'}
    const a = {time: 2, rank: 2, id: 'a'}
    const b = {time: 2, rank: 2, id: 'b'}
    expect([b, a, low, early].sort(compareEvents)).toEqual([early, low, a, b])
    expect(compareEvents(a, {...a})).toBe(0)
  })

  it('ranks merchants < locations < transactions < declared streams by name < feedback', () => {
    const streams = [...streamsWith([LOGINS, DEVICE_CHANGES]).values()].sort((a, b) => a.rank - b.rank)
    expect(streams.map(({name}) => name)).toEqual([
      ...['merchants', 'locations', 'transactions', 'device_changes', 'logins', 'feedback'],
    ])
    expect(new Set(streams.map(({rank}) => rank)).size).toBe(6)
  })

  it('does not depend on the order in which streams are declared', () => {
    const ranks = (streams: readonly DeclaredStream[]) =>
      Object.fromEntries([...streamsWith(streams).values()].map(({name, rank}) => [name, rank]))
    expect(ranks([LOGINS, DEVICE_CHANGES])).toEqual(ranks([DEVICE_CHANGES, LOGINS]))
  })

  it('compares ids as UTF-8 bytes', () => {
    expect(['b', 'a', 'ab', 'B', 'é', 'z', '10', '9', '\u{1F600}', '\uFFFD'].sort(compareIds)).toEqual([
      ...['10', '9', 'B', 'a', 'ab', 'b', 'z', 'é', '\uFFFD', '\u{1F600}'],
    ])
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), fc.string({unit: 'grapheme'}), (a, b) => {
        expect(Math.sign(compareIds(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })
})

describe('a declared stream', () => {
  const login = {user_id: 'u1', login_id: 'l1', attempts: 3, event_time: 0}
  const options = {declared: [LOGINS]}

  it('is decoded like a built-in one', () => {
    expect(accepted('logins', {...login, mood: 'good'}, options)).toMatchObject({
      key: 'u1',
      id: 'l1',
      time: 0,
    })
    expect(accepted('logins', {...login, trusted: null}, options).contentHash).toBe(
      accepted('logins', login, options).contentHash,
    )
    expect(reasonOf('logins', {...login, note: '4111111111111111'}, options)).toBe('looks_like_pan')
  })

  it.each([
    {attempts: '3'},
    {attempts: null},
    {trusted: 'yes'},
    {user_id: ''},
    {login_id: ''},
    {event_time: 'now'},
  ])('has a schema of its own, which %o does not fit', (fields) => {
    expect(reasonOf('logins', {...login, ...fields}, options)).toBe('bad_schema')
  })

  it('takes an empty optional id for absent', () => {
    expect(accepted('logins', {...login, device_id: ''}, options).contentHash).toBe(
      accepted('logins', login, options).contentHash,
    )
  })

  it('is late like locations, but does not hold back the watermark', () => {
    const streams = streamsWith([LOGINS])
    expect(streams.get('logins')).toMatchObject({neverLate: false, holdsWatermark: false})
    const holding = [...streams.values()].filter(({holdsWatermark}) => holdsWatermark).map(({name}) => name)
    expect(holding.sort()).toEqual(['locations', 'transactions'])
    const neverLate = [...streams.values()].filter((stream) => stream.neverLate).map(({name}) => name)
    expect(neverLate.sort()).toEqual(['feedback', 'merchants'])
  })

  it('may not take the name of another', () => {
    expect(() => streamsWith([LOGINS, LOGINS])).toThrow('logins')
    expect(() => streamsWith([{...LOGINS, name: 'feedback'}])).toThrow('feedback')
    expect(() => streamsWith([{...LOGINS, name: 'transactions'}])).toThrow('transactions')
  })
})
