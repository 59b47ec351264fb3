import {describe, expect, it} from 'vitest'
import type {EventTime} from '../../src/core/event/time.js'
import type {PersistedKey} from '../../src/engine/port/state-store.js'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {expectedTruth, truthOf} from '../support/engine/truth.js'
import {LONG, START} from '../support/oracle/generators/scale.js'
import {expectedOutcome} from '../support/oracle/outcome.js'
import type {Line} from '../support/oracle/shapes.js'
import {arrivingLines} from '../support/simulation/arriving-lines.js'
import {rulePool} from '../support/simulation/rule-pool.js'
import {forEachSeed, seedBlocks} from '../support/simulation/seeds.js'
import {World} from '../support/simulation/world.js'

const FILE = 'test/simulation/retention.test.ts'
const DAY_MS = 86_400_000
const USERS = ['u1', 'u2', 'u3']

const pool = rulePool(LONG, 14)

/** Much later, somebody else pays, and is somewhere: the watermark passes all that was. */
function muchLater(): readonly Line[] {
  return [60, 61].flatMap((days) => {
    const event_time = START + days * DAY_MS
    const at = {event_time, user_id: 'later'}
    return [
      {
        stream: 'transactions',
        event: {...at, transaction_id: `later-${days}`, amount: 3},
        arrival_time: event_time,
      },
      {stream: 'locations', event: {...at, lat: 1, lon: 1}, arrival_time: event_time},
    ]
  })
}

describe('after all retention has passed', () => {
  it.each(seedBlocks(150, 50).map((seeds) => ({from: seeds[0], to: seeds.at(-1), seeds})))(
    'memory and store hold nothing of what was, verdicts aside (seeds $from to $to)',
    ({seeds}) =>
      forEachSeed(seeds, FILE, async (seed) => {
        const random = new SeededRandom(seed, 'case')
        const {bundle, rules, lists, rates} = random.pick(pool)
        const lines = [
          ...arrivingLines({scale: LONG, maxEvents: 30, shuffled: false}, seed, random),
          ...muchLater(),
        ]
        const world = await World.with(seed, bundle, lines, {idleAtEnd: 3})
        const partition = await world.run()

        const {journal, store} = world
        journal.expectConsistent()
        const ledger = journal.checkpoint?.ledger ?? {}
        const collected = await journal.collected()
        const truth = truthOf({collected, partitions: [], ledger})
        expect(truth).toEqual(expectedTruth(expectedOutcome({rules, lines, lists, rates})))

        const loaded = await store.load(0, USERS)
        const remembered = USERS.filter((_, index) => loaded[index] !== undefined)
        const events = loaded.flatMap((key) => key?.events ?? [])
        expect(events.filter(({stream}) => stream !== 'feedback')).toEqual([])
        expect(judgedAnchors(loaded).filter((anchor) => !events.some(({id}) => id === anchor))).toEqual([])

        const inUse = new Set([...remembered, 'later'])
        expect(partition.users.expiries.size).toBe(inUse.size)
        expect(partition.users.keys.size).toBeLessThanOrEqual(inUse.size)
        const {expiries, visits, outbox} = await store.open(0)
        expect(new Set(expiries.map(([key]) => key))).toEqual(inUse)
        expect(visits).toEqual([])
        // The last commit's entry, and that of the one before where publishing overlapped with it.
        expect(outbox.length).toBeLessThanOrEqual(world.overlapsPublishing ? 2 : 1)
        expect(visitedSince(partition.shared.visits)).toEqual([])
      }),
  )
})

function judgedAnchors(keys: readonly (PersistedKey | undefined)[]): readonly string[] {
  return keys.flatMap((key) => {
    const {rules = [], decisions = []} = key?.judgement ?? {}
    const firings = rules.flatMap(({firings: of}) => of)
    return [...firings.map(({anchor}) => anchor), ...decisions.map(({transaction}) => transaction)]
  })
}

/** Keys that a new version of a profile would still look at. */
function visitedSince(visits: {
  keysSince(merchant: string, from: EventTime): readonly string[]
}): readonly string[] {
  return ['m1', 'm2'].flatMap((merchant) => visits.keysSince(merchant, 0 as EventTime))
}
