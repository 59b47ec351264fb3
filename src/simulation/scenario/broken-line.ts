import {cumulate, type SeededRandom} from '../seeded-random.js'
import {DAY_MS} from './span.js'
import {timeText} from './time-text.js'

/** Where a broken line must end: the dead letter's reason, or the late output. */
const OUTCOMES = {
  truncated: 'bad_json',
  nan_literal: 'bad_json',
  wrong_type: 'bad_schema',
  missing_field: 'bad_schema',
  prototype_key: 'bad_schema',
  deeply_nested: 'bad_schema',
  unknown_stream: 'unknown_stream',
  card_number: 'looks_like_pan',
  far_future: 'future_event_time',
  far_past: 'late',
  oversized: 'too_large',
} as const

export type BrokenKind = keyof typeof OUTCOMES
export type BrokenOutcome = (typeof OUTCOMES)[BrokenKind]

export const BROKEN_OUTCOMES: Readonly<Record<BrokenKind, BrokenOutcome>> = OUTCOMES
export const BROKEN_KINDS = Object.keys(OUTCOMES) as readonly BrokenKind[]

/** Oversized lines are rare, because one of them is as long as a thousand others. */
const FREQUENCY = cumulate(BROKEN_KINDS.map((kind) => (kind === 'oversized' ? 0.05 : 1)))

/** Published test numbers: valid by Luhn, issued to nobody. */
const TEST_CARD_NUMBERS = ['4111111111111111', '5555 5555 5555 4444', '3782-822463-10005', '6011111111111117']

const NESTING = 2_000
const OVERSIZE_BYTES = 300 * 1024

export function chooseBrokenKind(random: SeededRandom): BrokenKind {
  return BROKEN_KINDS[random.weighted(FREQUENCY)] as BrokenKind
}

/** A line with this defect. Its ids are its own (`b7` of user `broken_7`), so that no valid event is touched. */
export function brokenText(
  kind: BrokenKind,
  number: number,
  arrival_ms: number,
  random: SeededRandom,
): string {
  const event = {
    transaction_id: `b${number}`,
    user_id: `broken_${number}`,
    type: 'purchase',
    amount: 12.5,
    currency: 'USD',
    event_time: timeText(arrival_ms),
  }
  const line = (broken: unknown, stream = 'transactions') =>
    JSON.stringify({stream, event: broken, arrival_time: timeText(arrival_ms)})
  switch (kind) {
    case 'truncated': {
      const whole = line(event)
      return whole.slice(0, random.integer(10, whole.length - 5))
    }
    case 'nan_literal':
      return line(event).replace('12.5', 'NaN')
    case 'wrong_type':
      return line(
        random.pick([
          {...event, amount: '12.50'},
          {...event, user_id: 7},
          {...event, event_time: 'noon'},
        ]),
      )
    case 'missing_field': {
      const missing = random.pick(['transaction_id', 'user_id', 'amount', 'event_time'])
      return line(Object.fromEntries(Object.entries(event).filter(([name]) => name !== missing)))
    }
    case 'prototype_key':
      // Its fields exist only for a reader that lets a parsed object's prototype be replaced.
      return line({inherited: event}).replace('"inherited"', '"__proto__"')
    case 'deeply_nested':
      return line(event).replace('12.5', '['.repeat(NESTING) + ']'.repeat(NESTING))
    case 'unknown_stream':
      return line(event, 'chargeback_rumours')
    case 'card_number':
      return line({...event, [random.pick(['card_id', 'device_id', 'memo'])]: random.pick(TEST_CARD_NUMBERS)})
    case 'far_future':
      return line({...event, event_time: timeText(arrival_ms + DAY_MS)})
    case 'far_past':
      return line({...event, event_time: '1970-01-01T00:00:00.000Z'})
    case 'oversized':
      return line({...event, memo: 'x'.repeat(OVERSIZE_BYTES)})
  }
}
