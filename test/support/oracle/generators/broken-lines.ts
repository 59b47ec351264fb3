import fc from 'fast-check'

const VALID = {transaction_id: 'broken', user_id: 'u1', amount: 1, event_time: '2026-01-05T12:00:00Z'}

const line = (event: unknown, stream: unknown = 'transactions'): string => JSON.stringify({stream, event})
const nested = (levels: number): unknown => (levels === 0 ? 1 : {deeper: nested(levels - 1)})

/** A line of each kind that admission refuses, by the reason of its dead letter. */
export const BROKEN_LINES: readonly {readonly reason: string; readonly text: string}[] = [
  {reason: 'bad_json', text: '{"stream":"transactions","event":{"transaction_id":"tr'},
  {reason: 'bad_json', text: line(VALID).replace('"amount":1', '"amount":NaN')},
  {reason: 'too_large', text: line({...VALID, note: 'x'.repeat(300 * 1024)})},
  {reason: 'unknown_stream', text: line(VALID, 'refunds')},
  {reason: 'unknown_stream', text: '[1,2]'},
  {reason: 'looks_like_pan', text: line({...VALID, card_id: '4111111111111111'})},
  {reason: 'looks_like_pan', text: line({...VALID, note: {deep: ['pay 5500-0000-0000-0004 now']}})},
  {reason: 'looks_like_pan', text: line({...VALID, reference: 4111111111111111})},
  {reason: 'bad_schema', text: line({...VALID, amount: '1'})},
  {reason: 'bad_schema', text: line({...VALID, amount: -1})},
  {reason: 'bad_schema', text: line({...VALID, user_id: ''})},
  {reason: 'bad_schema', text: line({...VALID, event_time: '5 January'})},
  {reason: 'bad_schema', text: line({...VALID, type: 'gift'})},
  {
    reason: 'bad_schema',
    text: line({user_id: 'u1', lat: 91, lon: 0, event_time: 1_767_614_400_000}, 'locations'),
  },
  {reason: 'bad_schema', text: line(VALID).replace('"amount"', '"__proto__":{"x":1},"amount"')},
  {reason: 'bad_schema', text: line({...VALID, constructor: {prototype: {}}})},
  {reason: 'bad_schema', text: line({...VALID, note: nested(40)})},
  {
    reason: 'unroutable',
    text: line(
      {feedback_id: 'broken', verdict: 'fraud', transaction_id: 't1', event_time: VALID.event_time},
      'feedback',
    ),
  },
]

/** One of them, as raw text. */
export const brokenLines: fc.Arbitrary<string> = fc.constantFrom(...BROKEN_LINES.map(({text}) => text))
