import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Scope} from '../../../../src/core/expression/scope.js'
import {compiled, evaluation, event, groupScope, havingScope, scope} from './sample-scope.js'

const CONDITIONS: readonly (readonly [text: string, within: Scope])[] = [
  ...[
    "tx.amount > 5 && tx.mcc < 'b' || tx.online",
    "tx.amount + tx.x > 5 || tx.x + tx.y == 'a'",
    'tx.x == tx.y || tx.x < tx.y',
    'tx.x in tx.y || tx.mcc in tx.y',
    'tx.x in lists.risky_mcc || tx.card_id in lists.watched',
    "tx.x in ['a', 'b'] || tx.x in [tx.y, tx.mcc] || tx.x in [tx.y]",
    'tx.x.a.b == 1 || tx.x[0] == 1 || tx.x[tx.y] == 1 || has(tx.x.a.b)',
    "tx.x.matches('^a+$') || tx.mcc.contains(tx.x) || tx.x.trim() == tx.y",
    "size(tx.x) > 1 || string(tx.x) == 'a' || int(tx.x) == 1 || double(tx.x) == 1",
    "timestamp(tx.x) > tx.event_time || tx.event_time.getFullYear() > 5 || string(timestamp(tx.x)) == ''",
    'distance_km(tx, location) > 1 || speed_kmh(tx, other) > 1 || seconds_between(fix, tx) > 1',
    "[tx.x, tx.y].exists(v, v == 'a') || size([tx.x].map(v, v)) == 1",
    'features.spend.total_1h > 1 || features.profile.is_new || merchant.risk > 0.5',
    'tx.online ? tx.x : tx.y',
  ].map((text) => [text, scope()] as const),
  [
    'sum(tx.x) > 1 || distinct(tx.x) > 1 || stddev(tx.amount) > 1 || min(tx.event_time) > tx.event_time',
    havingScope(),
  ],
  ['sum(probe.x) > 1 || count(probe) > 1 || max(probe.x - big.x) > 1', groupScope()],
]

const junk = fc.oneof(
  fc.anything({withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true}),
  fc.string({unit: 'binary'}),
  fc.constantFrom(null, undefined, Number.NaN, Infinity, -0, 8.64e15, '\ud800', '2026-01-01T00:00:00Z'),
)
const junkEvent = fc
  .tuple(
    fc.record({amount: junk, mcc: junk, online: junk, card_id: junk, lat: junk, lon: junk, x: junk, y: junk}),
    junk,
  )
  .map(([fields, time]) => event(fields, typeof time === 'number' ? time : undefined))
const maybe = fc.option(junkEvent, {nil: undefined})

describe('whatever the fields hold', () => {
  it.each(CONDITIONS)(
    '%s is true, false or an error, and never throws',
    (text, within) => {
      const condition = compiled(text, within)
      const evaluations = fc.record({
        bound: fc.tuple(maybe, maybe, maybe),
        groups: fc.tuple(fc.option(fc.array(junkEvent, {maxLength: 3}), {nil: undefined})),
        location: maybe,
        merchant: maybe,
        features: fc.option(fc.record({'spend.total_1h': junk as fc.Arbitrary<number>}), {nil: undefined}),
      })
      fc.assert(
        fc.property(evaluations, (changes) => {
          const evaluated = evaluation(changes)
          expect([-1, 0, 1]).toContain(condition.test(evaluated))
          for (const clause of condition.clauses) {
            expect([-1, 0, 1]).toContain(clause.test(evaluated))
            clause.subject?.value(evaluated)
            clause.subject?.bound(evaluated)
          }
        }),
        {numRuns: 100},
      )
    },
    60_000,
  )
})
