import {describe, expect, it} from 'vitest'
import {unbalanced} from '../../src/core/ledger/ledger.js'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {expectedTruth, truthOf} from '../support/engine/truth.js'
import {CLOSE, LONG, type Scale} from '../support/oracle/generators/scale.js'
import {expectedOutcome} from '../support/oracle/outcome.js'
import {arrivingLines, type Traffic} from '../support/simulation/arriving-lines.js'
import {FAULT_POINTS} from '../support/simulation/faults.js'
import {rulePool} from '../support/simulation/rule-pool.js'
import {forEachSeed, seedBlocks, seedCount} from '../support/simulation/seeds.js'
import {World} from '../support/simulation/world.js'

const FILE = 'test/simulation/crashes.test.ts'
const SEEDS = 1_000
const LATE_PROFILE_SEEDS = 100
const RULE_SETS = 14

/** Ten days in steps of four hours: what was said settles and expires while the next events come. */
const DAYS: Scale = {unitMs: 14_400_000, units: 60}

const TRAFFIC: readonly Traffic[] = [
  {scale: CLOSE, maxEvents: 30, shuffled: true},
  {scale: CLOSE, maxEvents: 30, shuffled: false},
  {scale: LONG, maxEvents: 30, shuffled: false},
  {scale: DAYS, maxEvents: 40, shuffled: false},
]

const pools = new Map([CLOSE, LONG, DAYS].map((scale) => [scale, rulePool(scale, RULE_SETS)]))

/** Rules that join the merchant, over more than the transaction itself. */
const merchantRules = rulePool(LONG, 80).filter(({bundle}) => bundle.merchantReach > 0)

async function runToTheEnd(world: World): Promise<World> {
  await world.run()
  return world
}

/*
 * Everything that may vary is drawn from a seed: arrival, batches, the clock, and what befalls the owners
 * of the partition. Whatever it is, what the world was told must come to the same as a brute-force reading
 * of the rules.
 */
describe('the engine under crashes, restarts and zombies', () => {
  const happened = new Map<string, number>()
  const count = (what: string, times = 1) => happened.set(what, (happened.get(what) ?? 0) + times)

  it.each(seedBlocks(SEEDS, 100).map((seeds) => ({from: seeds[0], to: seeds.at(-1), seeds})))(
    'ends with the true alerts, decisions and accounts (seeds $from to $to)',
    ({seeds}) =>
      forEachSeed(seeds, FILE, async (seed) => {
        const random = new SeededRandom(seed, 'case')
        const traffic = random.pick(TRAFFIC)
        const {bundle, rules, lists, rates} = random.pick(pools.get(traffic.scale) ?? [])
        const lines = arrivingLines(traffic, seed, random)
        const world = await World.with(seed, bundle, lines)
        await world.run()

        const {journal} = world
        journal.expectConsistent()
        const ledger = journal.checkpoint?.ledger ?? {}
        const collected = await journal.collected()
        expect(unbalanced(ledger)).toEqual([])
        expect(journal.checkpoint?.offset).toBe(lines.length)
        const truth = truthOf({collected, partitions: [], ledger})
        expect(truth).toEqual(expectedTruth(expectedOutcome({rules, lines, lists, rates})))

        for (const {fault, point} of world.faults.struck) count(`${fault} ${point}`)
        for (const ending of world.endings) count(ending)
        count('repeats', journal.repeats)
        count('loads', world.keysLoaded)
        for (const alert of collected.alertRecords) count(alert.type)
        count('late', collected.lateOffsets.length)
      }),
  )

  it.each(seedBlocks(LATE_PROFILE_SEEDS, 100).map((seeds) => ({from: seeds[0], to: seeds.at(-1), seeds})))(
    'makes of late profiles what an undisturbed run makes of them (seeds $from to $to)',
    ({seeds}) =>
      forEachSeed(seeds, FILE, async (seed) => {
        const random = new SeededRandom(seed, 'late profiles')
        const {bundle} = random.pick(merchantRules)
        const traffic = {scale: LONG, maxEvents: 60, shuffled: false, lateProfiles: true}
        const lines = arrivingLines(traffic, seed, random)
        const truths = []
        for (const faults of [0, 12]) {
          const {journal} = await World.with(seed + faults, bundle, lines, {faults}).then(runToTheEnd)
          const ledger = journal.checkpoint?.ledger ?? {}
          truths.push(truthOf({collected: await journal.collected(), partitions: [], ledger}))
        }
        expect(truths[1]).toEqual(truths[0])
      }),
  )

  // A few seeds need not meet everything.
  if (process.env.TRIPLINE_TEST_SEED === undefined && seedCount(SEEDS) >= SEEDS) {
    it('met every fault at every point', () => {
      const faults = ['crash', 'freeze'].flatMap((fault) => FAULT_POINTS.map((point) => `${fault} ${point}`))
      const effects = ['fenced', 'misplaced', 'repeats', 'loads', 'late', 'alert.amended', 'alert.retracted']
      expect([...faults, ...effects].filter((what) => (happened.get(what) ?? 0) < 10)).toEqual([])
    })
  }
})
