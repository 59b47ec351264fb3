import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type EventTime, formatTime, parseEventTime} from '../../../../src/core/event/time.js'
import {accepted, TRANSACTION} from './decoding.js'

const NOON = Date.UTC(2026, 0, 31, 12)

describe('event time', () => {
  it.each<[unknown, number]>([
    ['2026-01-31T12:00:00Z', NOON],
    ['2026-01-31T12:00:00.000Z', NOON],
    ['2026-01-31t12:00:00z', NOON],
    ['2026-01-31T12:00:00+00:00', NOON],
    ['2026-01-31T12:00:00-00:00', NOON],
    ['2026-01-31T14:00:00+02:00', NOON],
    ['2026-01-31T06:30:00-05:30', NOON],
    ['2026-02-01T11:59:00+23:59', NOON],
    ['2026-01-31T12:00:00.5Z', NOON + 500],
    ['2026-01-31T12:00:00.05Z', NOON + 50],
    ['2026-01-31T12:00:00.1234Z', NOON + 123],
    ['2026-01-31T12:00:00.123999999Z', NOON + 123],
    ['2026-01-31T12:00:59.999Z', NOON + 59_999],
    [NOON, NOON],
    [0, 0],
    [-1, -1],
    ['1970-01-01T00:00:00Z', 0],
    ['1969-12-31T23:59:59.999Z', -1],
    ['1969-12-31T23:59:59.9999Z', -1],
    ['2025-12-31T23:59:59.999Z', Date.UTC(2026, 0, 1) - 1],
    ['2026-01-01T00:30:00+01:00', Date.UTC(2025, 11, 31, 23, 30)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
  ])('is read from %o', (spelled, ms) => {
    expect(parseEventTime(spelled)).toBe(ms)
  })

  it.each([
    ...[
      '',
      ' ',
      'now',
      '1767225600000',
      '2026-01-31',
      '2026-01-31 12:00:00Z',
      '2026-01-31T12:00Z',
      '2026-01-31T12:00:00',
    ],
    ...['2026-1-31T12:00:00Z', '26-01-31T12:00:00Z', '+002026-01-31T12:00:00Z', '2026-01-31T12:00:00,5Z'],
    ...[
      '2026-01-31T12:00:00.Z',
      '2026-01-31T12:00:00+0200',
      '2026-01-31T12:00:00+02',
      '2026-01-31T12:00:00 Z',
    ],
    ...['2026-00-01T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-32T00:00:00Z'],
    ...['2026-04-31T00:00:00Z', '2026-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2100-02-29T00:00:00Z'],
    ...['2026-01-31T24:00:00Z', '2026-01-31T12:60:00Z', '2026-01-31T12:00:61Z', '2026-01-31T12:00:60.000Z'],
    ...[
      '2026-01-31T12:00:00+24:00',
      '2026-01-31T12:00:00+00:60',
      '2026-01-31T12:00:0x.000Z',
      '2026-01-31T12:00:00.0x0Z',
    ],
    ...[
      '2026-01-31T12-00:00.000Z',
      '2026-01-31T12:00-00.000Z',
      '2026-01-31T12:00:00.000z ',
      '2026-01-31 12:00:00.000Z',
    ],
    ...[
      '2026-01-31T24:00:00.000Z',
      '2026-01-31T12:60:00.000Z',
      '2026-02-30T12:00:00.000Z',
      '2026+01-31T12:00:00.000Z',
    ],
    ...['9999-12-31T23:59:59.999-00:01', '0001-01-01T00:00:00+00:01', '٢٠٢٦-01-31T12:00:00Z'],
    ...[
      1.5,
      253_402_300_800_000,
      -62_135_596_800_001,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      null,
      undefined,
      true,
      {},
    ],
  ])('is not read from %o', (spelled) => {
    expect(parseEventTime(spelled)).toBeUndefined()
  })

  it('is read the same whatever was read before', () => {
    const times = fc.integer({min: NOON - 200_000, max: NOON + 200_000})
    fc.assert(
      fc.property(fc.array(times, {minLength: 1, maxLength: 8}), (all) => {
        for (const ms of all) {
          expect(parseEventTime(new Date(ms).toISOString())).toBe(ms)
          expect(formatTime(ms as EventTime)).toBe(new Date(ms).toISOString())
        }
      }),
    )
  })

  it('is written as RFC 3339 with milliseconds, UTC, in any year', () => {
    fc.assert(
      fc.property(fc.integer({min: -62_135_596_800_000, max: 253_402_300_799_999}), (ms) => {
        const text = formatTime(ms as EventTime)
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        expect(parseEventTime(text)).toBe(ms)
      }),
    )
  })

  it('is the same moment however it is spelled, so that the event is the same', () => {
    const spellings = [
      '2026-01-31T12:00:00Z',
      '2026-01-31T13:00:00.000000+01:00',
      NOON,
      '2026-01-31t12:00:00.0z',
    ]
    const events = spellings.map((event_time) => accepted('transactions', {...TRANSACTION, event_time}))
    expect(new Set(events.map(({time}) => time))).toEqual(new Set([NOON]))
    expect(new Set(events.map(({contentHash}) => contentHash)).size).toBe(1)
  })
})
