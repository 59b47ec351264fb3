import {describe, expect, it} from 'vitest'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {expectedTruth, truthOf} from '../support/engine/truth.js'
import {CLOSE, LONG} from '../support/oracle/generators/scale.js'
import {expectedOutcome} from '../support/oracle/outcome.js'
import {arrivingLines, type Traffic} from '../support/simulation/arriving-lines.js'
import {inputRecords} from '../support/simulation/input-records.js'
import {Installation} from '../support/simulation/installation.js'
import {rulePool} from '../support/simulation/rule-pool.js'
import {forEachSeed, seedBlocks} from '../support/simulation/seeds.js'

const FILE = 'test/simulation/exchange.test.ts'
const SEEDS = 400
const RULE_SETS = 14

const TRAFFIC: readonly Traffic[] = [
  {scale: CLOSE, maxEvents: 40, shuffled: true},
  {scale: LONG, maxEvents: 40, shuffled: false, stragglers: 0},
]

const pools = new Map([CLOSE, LONG].map((scale) => [scale, rulePool(scale, RULE_SETS)]))

/*
 * Users, merchants, devices and addresses are spread over partitions that know of each other's events only by what they
 * hand each other. Whatever comes first, comes twice or is lost on the way to a crash, what is said in the end is what a
 * brute-force reading of the rules says of all events together.
 */
describe('rules by other keys over several partitions', () => {
  it.each(seedBlocks(SEEDS, 100).map((seeds) => ({from: seeds[0], to: seeds.at(-1), seeds})))(
    'end with the true alerts and decisions (seeds $from to $to)',
    ({seeds}) =>
      forEachSeed(seeds, FILE, async (seed) => {
        const random = new SeededRandom(seed, 'exchange')
        const traffic = random.pick(TRAFFIC)
        const {bundle, rules, lists, rates} = random.pick(pools.get(traffic.scale) ?? [])
        const lines = arrivingLines(traffic, seed, random)
        const installation = new Installation(bundle, {
          partitions: random.pick([1, 2, 3, 5]),
          random,
          crashes: random.pick([0, 0, 0.02, 0.1]),
          records: await inputRecords(lines, bundle),
        })
        await installation.run()
        const {collected} = installation
        const found = truthOf({collected, partitions: [], ledger: {}})
        const expected = expectedTruth(expectedOutcome({rules, lines, lists, rates}))
        expect({alerts: found.alerts, decisions: found.decisions}).toEqual({
          alerts: expected.alerts,
          decisions: expected.decisions,
        })
      }),
  )
})
