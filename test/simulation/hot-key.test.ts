import {describe, expect, it} from 'vitest'
import {TRANSACTION_RANK} from '../../src/core/event/stream.js'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {bundleOf, SETTINGS} from '../support/engine/collected-run.js'
import {START} from '../support/oracle/generators/scale.js'
import type {ReplayLine} from '../support/oracle/shapes.js'
import {forEachSeed, seedBlocks} from '../support/simulation/seeds.js'
import {World} from '../support/simulation/world.js'

const FILE = 'test/simulation/hot-key.test.ts'
const HISTORY_CAP = 20
const EVENTS = 500
/** A minute between two events: the lateness of ten minutes leaves about as many unsettled. */
const STEP_MS = 60_000
const LATENESS_STEPS = 10
const UNSETTLED_MAX = LATENESS_STEPS + 2
/** Nothing is cut back before so many are there. */
const CUT_BACK_AT = 1.25 * HISTORY_CAP
const LARGEST_BATCH = 40

const bundle = bundleOf(
  [
    {
      schema: 'tripline/rule/v1',
      id: 'many-in-an-hour',
      version: 1,
      title: 'Many payments in an hour',
      key: 'user_id',
      severity: 'low',
      action: 'review',
      score: 10,
      match: {window: {as: 'tx', stream: 'transactions', span: '1h'}, having: 'count() >= 5'},
    },
    {
      schema: 'tripline/rule/v1',
      id: 'topup-left-alone',
      version: 1,
      title: 'A top-up after which nothing is withdrawn',
      key: 'user_id',
      severity: 'low',
      action: 'review',
      score: 10,
      match: {
        sequence: {
          within: '3h',
          steps: [
            {as: 'filled', stream: 'transactions', when: 'filled.type == "topup"'},
            {absent: 'used', stream: 'transactions', when: 'used.type == "withdrawal"'},
          ],
        },
      },
    },
  ],
  {...SETTINGS, historyCap: HISTORY_CAP},
)

/** The only event that a rule looks ahead from. */
const TOP_UP = 100
const WAITS_STEPS = 180

function payment(index: number): ReplayLine {
  const event_time = START + index * STEP_MS
  const type = index === TOP_UP ? 'topup' : 'purchase'
  return {
    stream: 'transactions',
    event: {transaction_id: `t${index}`, user_id: 'hot', amount: 1, type, event_time},
  }
}

/** Payments in order but for some that come as late as they may, and some from any time before sent again. */
function hotLines(random: SeededRandom): {lines: readonly ReplayLine[]; repeated: number} {
  const arriving = Array.from({length: EVENTS}, (_, index) => ({
    index,
    at: index === 0 || !random.chance(0.2) ? index : index + random.integer(1, LATENESS_STEPS) + 0.05,
  }))
  arriving.sort((left, right) => left.at - right.at)
  const lines: ReplayLine[] = []
  let repeated = 0
  for (const [place, {index, at}] of arriving.entries()) {
    const arrival_time = START + at * STEP_MS
    lines.push({...payment(index), arrival_time})
    if (place === 0 || !random.chance(0.2)) continue
    lines.push({...payment(arriving[random.below(place)]?.index ?? 0), arrival_time})
    repeated++
  }
  return {lines, repeated}
}

describe('a key with more events than an evaluation looks at', () => {
  it.each(seedBlocks(5, 5).map((seeds) => ({from: seeds[0], to: seeds.at(-1), seeds})))(
    'stays bounded, says what was cut off, and knows its duplicates (seeds $from to $to)',
    ({seeds}) =>
      forEachSeed(seeds, FILE, async (seed) => {
        const {lines, repeated} = hotLines(new SeededRandom(seed, 'case'))
        let longest = 0
        let longestAfterwards = 0
        const world = await World.with(seed, bundle, lines, {
          largestBatch: LARGEST_BATCH,
          afterBatch: ({users, watermark}) => {
            const held = users.keys.get('hot')?.history.series(TRANSACTION_RANK)?.events.length ?? 0
            longest = Math.max(longest, held)
            if (watermark > START + (TOP_UP + 2 * WAITS_STEPS) * STEP_MS)
              longestAfterwards = Math.max(longestAfterwards, held)
          },
        })
        await world.run()

        const {journal} = world
        journal.expectConsistent()
        expect(journal.checkpoint?.ledger.transactions).toEqual({
          in: lines.length,
          accepted: EVENTS,
          duplicate: repeated,
          late: 0,
          dead_lettered: 0,
        })
        expect(longest).toBeGreaterThan(HISTORY_CAP)
        expect(longest).toBeLessThanOrEqual(
          1.25 * (HISTORY_CAP + UNSETTLED_MAX + WAITS_STEPS) + LARGEST_BATCH,
        )
        expect(longestAfterwards).toBeLessThanOrEqual(CUT_BACK_AT + UNSETTLED_MAX)

        const all = (await journal.collected()).standing()
        expect(all.filter(({rule}) => rule.id === 'topup-left-alone').map(({anchor}) => anchor.id)).toEqual([
          `t${TOP_UP}`,
        ])
        const standing = all.filter(({rule}) => rule.id === 'many-in-an-hour')
        const byAnchor = new Map(standing.map((alert) => [alert.anchor.id, alert]))
        expect(byAnchor.size).toBe(EVENTS - 4)
        for (let index = 4; index < EVENTS; index++) {
          const {truncated, events} = byAnchor.get(`t${index}`) ?? {}
          const from = Math.max(0, index - HISTORY_CAP)
          const members = Array.from({length: index - from + 1}, (_, place) => `t${from + place}`)
          expect({index, truncated, events: events?.map(({id}) => id)}).toEqual({
            index,
            truncated: index > HISTORY_CAP,
            events: members,
          })
        }
      }),
  )
})
