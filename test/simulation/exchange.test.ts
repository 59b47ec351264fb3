import {describe, expect, it} from 'vitest'
import {loadBundle} from '../../src/app/bundle/load-bundle.js'
import {loadConfig} from '../../src/app/config/load-config.js'
import type {AlertRecord} from '../../src/core/decision/records.js'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {collectedRun} from '../support/engine/collected-run.js'
import {expectedTruth, type Truth, truthOf} from '../support/engine/truth.js'
import {CLOSE, LONG, START} from '../support/oracle/generators/scale.js'
import {expectedOutcome} from '../support/oracle/outcome.js'
import {sharedKeyBursts} from '../support/services/shared-key-bursts.js'
import {arrivingLines, type Traffic} from '../support/simulation/arriving-lines.js'
import {inputRecords} from '../support/simulation/input-records.js'
import {Installation} from '../support/simulation/installation.js'
import {rulePool} from '../support/simulation/rule-pool.js'
import {forEachSeed, seedBlocks} from '../support/simulation/seeds.js'

const FILE = 'test/simulation/exchange.test.ts'
const SEEDS = 400
const RULE_SETS = 14

const DAYS_MS = 6 * 86_400_000
const BURSTS = 24

const TRAFFIC: readonly Traffic[] = [
  {scale: CLOSE, maxEvents: 40, shuffled: true},
  {scale: LONG, maxEvents: 40, shuffled: false, stragglers: 0},
]

const pools = new Map([CLOSE, LONG].map((scale) => [scale, rulePool(scale, RULE_SETS)]))

/** What two runs must agree on; accounts differ, because every partition takes every profile. */
const finalsOf = ({alerts, decisions}: Truth) => ({alerts, decisions})

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
        expect(finalsOf(found)).toEqual(finalsOf(expected))
      }),
  )

  it('and so do those that are shipped, with their features, on what they look for', async () => {
    const bundle = await loadBundle(loadConfig({env: {}}))
    const lines = sharedKeyBursts(START, START + DAYS_MS, BURSTS)
    const records = await inputRecords(lines, bundle)
    const expected = truthOf(await collectedRun(bundle, lines))
    expect(new Set(expected.alerts.map((alert) => (alert as AlertRecord).key.name))).toEqual(
      new Set(['merchant_id', 'device_id', 'ip']),
    )
    await forEachSeed([1, 2, 3, 4], FILE, async (seed) => {
      const random = new SeededRandom(seed, 'shipped')
      const installation = new Installation(bundle, {
        partitions: 4,
        random,
        crashes: 0.05,
        records,
        largestBatch: 40,
      })
      await installation.run()
      const found = truthOf({collected: installation.collected, partitions: [], ledger: {}})
      expect(finalsOf(found)).toEqual(finalsOf(expected))
    })
  })

  it('also where the store loses everything on the way, and the state is built anew from the log', async () => {
    const bundle = await loadBundle(loadConfig({env: {}}))
    const lines = sharedKeyBursts(START, START + DAYS_MS, BURSTS)
    const records = await inputRecords(lines, bundle)
    const expected = truthOf(await collectedRun(bundle, lines))
    await forEachSeed([1, 2, 3, 4, 5, 6, 7, 8], FILE, async (seed) => {
      const random = new SeededRandom(seed, 'lost')
      const installation = new Installation(bundle, {
        ...{partitions: 4, random, crashes: 0.02, records, largestBatch: 20},
        losesStoreAfter: 10 + random.below(40),
      })
      await installation.run()
      const found = truthOf({collected: installation.collected, partitions: [], ledger: {}})
      expect(finalsOf(found)).toEqual(finalsOf(expected))
    })
  })
})
