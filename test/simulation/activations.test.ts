import {describe, expect, it} from 'vitest'
import {unbalanced} from '../../src/core/ledger/ledger.js'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {type Truth, truthOf} from '../support/engine/truth.js'
import {CLOSE, LONG, type Scale} from '../support/oracle/generators/scale.js'
import type {Line} from '../support/oracle/shapes.js'
import {arrivingLines, type Traffic} from '../support/simulation/arriving-lines.js'
import {type BundleChain, reloadPool, withActivations} from '../support/simulation/reloads.js'
import {forEachSeed, seedBlocks, seedCount} from '../support/simulation/seeds.js'
import {World} from '../support/simulation/world.js'

const FILE = 'test/simulation/activations.test.ts'
const SEEDS = 600
const CHAINS = 16
/** What was due where the log ends is done. */
const LAST_POLLS = 6

const DAYS: Scale = {unitMs: 14_400_000, units: 60}

const TRAFFIC: readonly Traffic[] = [
  {scale: CLOSE, maxEvents: 30, shuffled: true},
  {scale: LONG, maxEvents: 30, shuffled: false},
  {scale: LONG, maxEvents: 60, shuffled: false, lateProfiles: true},
  {scale: DAYS, maxEvents: 40, shuffled: false},
]

const pools = new Map([CLOSE, LONG, DAYS].map((scale) => [scale, reloadPool(scale, CHAINS)]))

/** What comes of a log of one seed, whatever befalls those who read it. */
async function outcome(
  worldSeed: number,
  lines: readonly Line[],
  chain: BundleChain,
  caseSeed: number,
  faults: number,
): Promise<{readonly truth: Truth; readonly world: World}> {
  const world = await World.with(worldSeed, chain[0]!, lines, {
    faults,
    idleAtEnd: LAST_POLLS,
    isNeverSilent: true,
    reloads: {
      chain,
      activating: (records) => withActivations(records, chain, new SeededRandom(caseSeed, 'activations')),
    },
  })
  await world.run()
  const {journal} = world
  journal.expectConsistent()
  const ledger = journal.checkpoint?.ledger ?? {}
  expect(unbalanced(ledger)).toEqual([])
  expect(journal.checkpoint?.offset).toBe(world.end)
  return {truth: truthOf({collected: await journal.collected(), partitions: [], ledger}), world}
}

/*
 * An activation is a record of the log like any other: where it is taken up, in what batches, by how many owners one
 * after the other, and with how much in memory, must not be seen in what comes out.
 */
describe('bundles that are activated under crashes, restarts and zombies', () => {
  const happened = new Map<string, number>()
  const count = (what: string, times = 1) => happened.set(what, (happened.get(what) ?? 0) + times)

  it.each(seedBlocks(SEEDS, 100).map((seeds) => ({from: seeds[0], to: seeds.at(-1), seeds})))(
    'give what an undisturbed run gives (seeds $from to $to)',
    ({seeds}) =>
      forEachSeed(seeds, FILE, async (seed) => {
        const random = new SeededRandom(seed, 'case')
        const traffic = random.pick(TRAFFIC)
        const chain = random.pick(pools.get(traffic.scale) ?? [])
        const lines = arrivingLines(traffic, seed, random)
        const undisturbed = await outcome(seed, lines, chain, seed, 0)
        const disturbed = await outcome(seed + 1, lines, chain, seed, 12)
        expect(disturbed.truth).toEqual(undisturbed.truth)

        const {journal} = disturbed.world
        const {alertRecords} = await journal.collected()
        for (const ending of disturbed.world.endings) count(ending)
        count('alerts of another bundle', alertRecords.filter(({bundle}) => bundle !== chain[0]?.id).length)
        count('retracted', alertRecords.filter(({type}) => type === 'alert.retracted').length)
        count('fields read again', disturbed.world.fieldsAdded)
      }),
  )

  if (process.env.TRIPLINE_TEST_SEED === undefined && seedCount(SEEDS) >= SEEDS) {
    it('met crashes, and what only other bundles say', () => {
      const effects = ['crashed', 'fenced', 'alerts of another bundle', 'retracted', 'fields read again']
      expect(effects.filter((what) => (happened.get(what) ?? 0) < 20)).toEqual([])
    })
  }
})
